/**
 * The engine has no time-zone database: for `interval.due` the host says what a time zone's clocks show at each
 * instant of a request.
 */

import { CreditGateError } from "../errors.js";

const INSTANTS = ["now", "wallet_created_at", "rule_started_at", "rule_expiration_at"];

/**
 * The request with the key `local`, which is the engine's own: what the clocks of its time zone show.
 *
 * @throws CreditGateError `invalid_input` at `timezone` for one that the host does not know, at an instant that is
 * none, or at `local`.
 */
export function withLocalTime(request: unknown): unknown {
  if (typeof request !== "object" || request === null) return request;
  const { timezone, local, interval_top_ups_at: topUps, ...fields } = request as Readonly<Record<string, unknown>>;
  if (local !== undefined) throw new CreditGateError("invalid_input", "`local` is not known", { path: "local" });
  if (typeof timezone !== "string") return request;
  const clock = clockOf(timezone);
  const shown = (instant: unknown, path: string) => (typeof instant === "string" ? clock(instant, path) : instant);
  const instants = INSTANTS.filter((key) => key in fields).map((key) => [key, shown(fields[key], key)]);
  const list = Array.isArray(topUps) ? topUps.map((instant: unknown) => shown(instant, "interval_top_ups_at")) : [];
  return { ...request, local: { ...Object.fromEntries(instants), interval_top_ups_at: list } };
}

/** What the clocks of a time zone show at an instant, as `YYYY-MM-DDTHH:MM:SS`. */
function clockOf(timeZone: string): (instant: string, path: string) => string {
  const format = formatOf(timeZone);
  return (instant, path) => {
    const date = new Date(instant);
    if (Number.isNaN(date.getTime())) throw new CreditGateError("invalid_input", `\`${path}\` is not a time`, { path });
    const parts = Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value]));
    return `${parts["year"]}-${parts["month"]}-${parts["day"]}T${parts["hour"]}:${parts["minute"]}:${parts["second"]}`;
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const two = "2-digit";
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone, calendar: "gregory", hourCycle: "h23", year: "numeric", month: two, day: two, hour: two, minute: two, second: two,
    });
  } catch (cause) {
    throw new CreditGateError("invalid_input", "`timezone` is not one that this host knows", { path: "timezone", cause });
  }
}
