/**
 * The engine has no time-zone database: for `interval.due` the host says what a time zone's clocks show at each
 * instant of a request.
 */

const INSTANTS = ["now", "wallet_created_at", "rule_started_at", "rule_expiration_at"];

/** The request with the key `local` where the verb needs it. */
export function withLocalTime(verb, request) {
  const { timezone } = request;
  if (verb !== "interval.due" || timezone === undefined || timezone === null) return request;
  const clock = clockOf(timezone);
  const shown = (instant) => (typeof instant === "string" ? clock(instant) : instant);
  const local = Object.fromEntries(INSTANTS.filter((key) => key in request).map((key) => [key, shown(request[key])]));
  return { ...request, local: { ...local, interval_top_ups_at: (request.interval_top_ups_at ?? []).map(shown) } };
}

/** What the clocks of a time zone show at an instant, as `YYYY-MM-DDTHH:MM:SS`. */
function clockOf(timeZone) {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" };
  const format = new Intl.DateTimeFormat("en-US", { timeZone, calendar: "gregory", hourCycle: "h23", ...parts });
  return (instant) => {
    const { year, month, day, hour, minute, second } = Object.fromEntries(format.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
    return `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  };
}
