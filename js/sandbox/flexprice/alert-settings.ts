/**
 * Alert settings as they are sent and kept (flexprice 1.4, rule 58).
 *
 * @module creditgate/sandbox
 */
import { ask } from "../engine.js";
import { isRecord } from "../fields.js";
import { text } from "../money.js";
import { type Body, booleanOf, decimalOf, refused } from "./body.js";
import type { AlertSettings, AlertThreshold } from "./state.js";

/** Reads and validates. What is not given is null. */
export function readAlertSettings(body: Body): AlertSettings {
  const settings: AlertSettings = {
    critical: thresholdOf(body, "critical"),
    warning: thresholdOf(body, "warning"),
    info: thresholdOf(body, "info"),
    alert_enabled: booleanOf(body, "alert_enabled") ?? null,
  };
  if (ask("alerts.validate", { settings })["valid"] !== true) {
    throw refused("Invalid alert settings: enabled alerts need a threshold, a warning needs a critical one, and they must be in order");
  }
  return settings;
}

/** Whether any threshold is set: else the environment's settings hold (rule 56), and the wallet shows none (1.1). */
export function hasThreshold({ critical, warning, info }: AlertSettings): boolean {
  return critical !== null || warning !== null || info !== null;
}

function thresholdOf(body: Body, key: string): AlertThreshold | null {
  const value = body[key] ?? null;
  if (value === null) return null;
  if (!isRecord(value)) throw refused(`${key} must be an object`);
  const threshold = decimalOf(value, "threshold");
  const condition = value["condition"];
  if (threshold === undefined) throw refused(`${key}.threshold is required`);
  if (condition !== "above" && condition !== "below") throw refused(`${key}.condition must be above or below`);
  return { threshold: text(threshold), condition };
}
