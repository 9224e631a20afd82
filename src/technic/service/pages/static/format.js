// Numbers as people read them.

const plain = new Intl.NumberFormat("en-US");
const fixed = [0, 1, 2, 3, 4].map((digits) => new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative" }));
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });

export const none = "–";
export const whole = (value) => (value === null || value === undefined ? none : plain.format(Math.round(value)));
export const number = (value, digits = 2) => (value === null || value === undefined ? none : fixed[digits].format(value));
// What rounds to zero has no sign.
export const signed = (value, digits = 2) => {
  if (value === null || value === undefined) return none;
  const text = fixed[digits].format(Math.abs(value));
  return (/[1-9]/.test(text) ? (value > 0 ? "+" : "−") : "") + text;
};
export const amount = (value) => (value === null || value === undefined ? none : short.format(value));
export const price = (value) => (value === null || value === undefined ? none : fixed[Math.abs(value) < 1 ? 4 : 2].format(value));
export const words = (text) => (text ?? "").replaceAll("_", " ").replaceAll(".", " · ");

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
export const day = (text) => (text ? DAY.format(new Date(`${text}T00:00:00Z`)) : none);
export const moment = (text) => (text ? `${text.slice(0, 10)} ${text.slice(11, 16)} UTC` : none);

const AMOUNTS = new Set(["volume", "market_cap", "dollar_volume", "avg_dollar_volume_20", "avg_volume_50", "position_value"]);
const DIGITS = { tech_rating: 1, rs_rating: 0, reward_risk: 1, shares: 0, bars: 0 };
const SIGNED = /^(return_|gap_|from_|ytd|change|sma_.*change|obv_change)/;

// A value of a column, by its name and unit.
export function cell(name, value, unit) {
  if (value === null || value === undefined) return none;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number") return name === "signal" ? words(value) : String(value);
  if (AMOUNTS.has(name)) return amount(value);
  if (name in DIGITS) return number(value, DIGITS[name]);
  if (SIGNED.test(name)) return signed(value);
  if (unit === "shares" || unit === "$") return amount(value);
  if (unit === "sessions") return number(value, Number.isInteger(value) ? 0 : 1);
  return Math.abs(value) >= 1e6 ? amount(value) : number(value);
}

export const tone = (value) => (value > 0 ? "up" : value < 0 ? "down" : "");
