// The plan of the next sync, on the page Data: its requests, none of them made.
import { getJson } from "./api.js";
import { read, write } from "./address.js";
import { $, facts, h, put, table } from "./dom.js";
import { number, whole, words } from "./format.js";

const KINDS = { market_day: ["whole-market day", "whole-market days"], symbol_range: ["history of a symbol", "histories of a symbol"], multi_symbol: ["history of many symbols", "histories of many symbols"], snapshot: ["snapshot", "snapshots"] };

export async function syncPlan(data) {
  const place = $("plan");
  if (["demo", "files"].includes(data.provider)) { put(place, h("p", { class: "muted" }, `Nothing is ever asked: ${data.provider === "demo" ? "the demo market is computed" : "files are read where they are"}.`)); return; }
  const at = read().plan === "next" ? "next" : "now";
  const choose = h("div", { class: "field-line", role: "group", "aria-label": "Of which sync" }, [["now", "Now"], ["next", "After the next close"]].map(([value, label]) => h("button", { type: "button", "aria-pressed": String(value === at), onclick: () => { write({ plan: value === "now" ? null : value }); syncPlan(data); } }, label)));
  put(place, choose, h("p", { class: "muted", role: "status" }, "Planning …"));
  try { put(place, choose, drawn(await getJson(`/v1/data/plan?at=${at}`))); } catch (error) { put(place, choose, h("p", { class: "muted", role: "status" }, error.message)); }
}

function drawn(plan) {
  const kinds = Object.entries(plan.by_kind).filter(([, count]) => count).map(([kind, count]) => `${whole(count)} ${KINDS[kind]?.[count === 1 ? 0 : 1] ?? words(kind)}`).join(", ");
  const proof = plan.gap ? `no plan needs fewer than ${whole(plan.lower_bound)}` : "no plan needs fewer";
  const rows = plan.listed_requests.map((one) => [one.label.startsWith("market") ? "the whole market" : one.label.split(" ")[0], words(one.kind), one.first === one.last ? one.first : `${one.first} to ${one.last}`]);
  const more = plan.planned_requests - rows.length;
  return [
    h("p", { class: "big", role: "status" }, `${whole(plan.requests)} ${plan.requests === 1 ? "request" : "requests"}`, h("small", { class: "muted" }, plan.requests ? ` ${proof}` : " nothing is missing that could be asked")),
    facts([["Up to", plan.as_of], ["For", `${whole(plan.symbols)} symbols, ${whole(plan.sessions)} sessions`], ["Missing", `${whole(plan.missing_cells)} symbol-days`], ...(kinds ? [["Of them", kinds]] : []), ["One request a symbol would be", whole(plan.one_request_per_symbol)], ...(plan.seconds_at_rate_limit ? [["At the vendor's rate", `${number(plan.seconds_at_rate_limit / 60, 1)} min`]] : []), ["Symbols are", plan.universe.source]]),
    rows.length ? h("details", { class: "small" }, h("summary", {}, "The requests"), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Requests" }, table(["For", "Kind", "Sessions"], rows, { caption: "Requests of the plan", words: true })), more > 0 ? h("p", { class: "muted" }, `and ${whole(more)} more`) : null) : null,
    h("p", { class: "small muted after" }, "Nobody was asked for this. Splits, and a list of what is listed today, take a few requests more."),
  ];
}
