// The rows of a result. Those of the address are asked for while the other modules are on their way.
import { list, read } from "./address.js";
import { getJson } from "./api.js";

export const DEFAULT = ["symbol", "company", "closes", "close", "return_1_pct", "tech_rating", "signal", "rs_rating", "rel_volume_20", "return_21_pct", "from_high_252_pct", "market_cap", "sector", "entry", "stop", "target"];

// What the view looks at: the least price and dollar volume of the rows that are shown.
const VIEWED = ["close", "avg_dollar_volume_20"];

// The columns in sight: those of the address, else the main ones and the facts that were asked for.
export function wanted() {
  const { columns, facts } = read();
  const chosen = list(columns);
  return chosen.length ? ["symbol", ...chosen.filter((name) => name !== "symbol")] : [...DEFAULT, ...list(facts)];
}

// Columns that a result does not have are left out, not refused.
function address(identity) {
  const columns = [...new Set(["symbol", "company", "sector", ...VIEWED, ...wanted().filter((name) => name !== "closes")])];
  return `/v1/scans/${encodeURIComponent(identity)}/rows?columns=${columns.join(",")}&skip_unknown=true`;
}

let early = null;

export function rows(identity) {
  const path = address(identity);
  const answer = early?.path === path ? early.answer : getJson(path);
  early = null; // who asks again wants to know how it is now
  return answer;
}

const { id } = read();
if (id) {
  early = { path: address(id), answer: getJson(address(id)) };
  early.answer.catch(() => {}); // it is said where it is awaited
}
