/**
 * The environment's settings that concern wallets: `GET` and `PUT /settings/{key}`.
 *
 * @module creditgate/sandbox
 */
import { ask } from "../engine.js";
import { isRecord } from "../fields.js";
import { readAlertSettings } from "./alert-settings.js";
import { type Body, booleanOf, refused } from "./body.js";
import type { AlertSettings, Json } from "./state.js";

export interface Settings {
  /** What wallets without thresholds of their own go by (rule 56). */
  wallet_balance_alert_config: AlertSettings;
  /** Rule 51. */
  bonus_credits_topup_config: { readonly enabled: boolean; readonly slabs: readonly Json[] };
  /** Rule 50. */
  invoice_config: { readonly auto_complete_purchased_credit_transaction: boolean };
}

export function defaultSettings(): Settings {
  return {
    wallet_balance_alert_config: {
      critical: { threshold: "0", condition: "below" },
      warning: null,
      info: null,
      alert_enabled: false,
    },
    bonus_credits_topup_config: { enabled: false, slabs: [] },
    invoice_config: { auto_complete_purchased_credit_transaction: false },
  };
}

export function settingJson(settings: Settings, key: string): Json {
  return { key, value: settings[keyOf(key)] };
}

/** What is given replaces what is there, the rest stays. */
export function updateSetting(settings: Settings, key: string, body: Body): void {
  const { value } = body;
  if (!isRecord(value)) throw refused("value must be an object");
  switch (keyOf(key)) {
    case "wallet_balance_alert_config":
      settings.wallet_balance_alert_config = readAlertSettings({ ...settings.wallet_balance_alert_config, ...value });
      break;
    case "bonus_credits_topup_config":
      settings.bonus_credits_topup_config = readBonusConfig({ ...settings.bonus_credits_topup_config, ...value });
      break;
    case "invoice_config":
      settings.invoice_config = {
        auto_complete_purchased_credit_transaction:
          booleanOf(value, "auto_complete_purchased_credit_transaction") ?? settings.invoice_config.auto_complete_purchased_credit_transaction,
      };
  }
}

const KEYS = ["wallet_balance_alert_config", "bonus_credits_topup_config", "invoice_config"] as const;

function keyOf(key: string): keyof Settings {
  const known = KEYS.find((candidate) => candidate === key);
  if (known === undefined) throw refused(`Invalid setting key: ${key}`);
  return known;
}

/** The engine reads the slabs as a top-up will, so that a bad one is refused now. */
function readBonusConfig(value: Body): Settings["bonus_credits_topup_config"] {
  const slabs: unknown = value["slabs"] ?? [];
  if (!Array.isArray(slabs) || !slabs.every(isRecord)) throw refused("slabs must be a list of objects");
  try {
    ask("bonus.slab", { slabs, credits: "0" });
  } catch {
    throw refused("each slab needs threshold, operator and bonus {type: flat or percentage, value}");
  }
  return { enabled: booleanOf(value, "enabled") ?? false, slabs };
}
