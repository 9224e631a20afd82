// The chart patterns of a symbol: the numbers of those that were found, the rules of all.
import { h, put, show, table } from "./dom.js";
import { day, number, price, words } from "./format.js";

export function drawPatterns(card, place, detail) {
  const nearest = missed(detail);
  show(card, detail.patterns.length + nearest.length > 0);
  put(place, detail.patterns.map(found), nearest.map((one) => h("div", { class: "pattern" }, h("h3", {}, `${words(one.name)}: not found`), h("p", { class: "small muted" }, `${one.broken} of ${one.rules} rules broken by the base that comes nearest; the rules below say which.`))));
}

function found(pattern) {
  const numbers = pattern.numbers.map((one) => [h("dt", {}, one.says), h("dd", {}, number(one.value, Number.isInteger(one.value) ? 0 : 2))]);
  const corners = pattern.points.map((point) => [day(point.date), point.label || "corner", price(point.price)]);
  return h("div", { class: "pattern" },
    h("h3", {}, h("span", { class: "c-shape", "aria-hidden": "true" }, "◆ "), `${pattern.title}: found`),
    table(["Corner on", "What it is", "Price"], corners, { caption: `Corners of the ${pattern.title}, as the chart draws them` }),
    h("dl", { class: "facts numbers" }, numbers),
    h("details", { class: "small" }, h("summary", {}, `The ${pattern.rules.length} rules, all kept`), h("ul", { class: "rules" }, pattern.rules.map((text) => h("li", { class: "up" }, `✓ ${text}`)))));
}

// Patterns that a condition asked for and that are not there.
function missed(detail) {
  const known = new Set(detail.patterns.map((one) => one.name));
  return (detail.missed_patterns ?? []).filter((one) => !known.has(one.name));
}
