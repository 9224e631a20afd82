// Conditions of the scan with their numbers, the rules of chart patterns, and why a symbol is out.
import { h, put } from "./dom.js";
import { cell, words } from "./format.js";

const VERDICTS = { true: ["✓", "met", "up"], false: ["✗", "not met", "down"], unknown: ["?", "cannot be said", "flat"] };

export function drawRules(place, detail) {
  const conditions = detail.conditions ?? [];
  const content = conditions.map((one) => condition(one));
  if (!conditions.length) content.push(h("p", { class: "muted" }, "The scan asked for no condition: every symbol that passed the gate is ranked."));
  if (!detail.why_not.kept) content.unshift(h("p", {}, h("strong", {}, "Why not: "), detail.why_not.sentence));
  put(place, content);
}

function condition(one) {
  const [sign, said, tint] = VERDICTS[one.verdict] ?? VERDICTS.unknown;
  const numbers = Object.entries(one.numbers ?? {});
  const text = one.expression ?? one.condition ?? one.text;
  return h("div", { class: "condition" },
    h("p", {}, h("span", { class: `verdict ${tint}` }, `${sign} ${said}`), " ", h("strong", {}, words(one.owner === "where" ? "expression" : one.owner)), ![undefined, "where", text].includes(one.name) ? ` · ${words(one.name)}` : ""),
    h("code", { class: "block" }, text),
    numbers.length ? h("dl", { class: "facts" }, numbers.map(([name, value]) => [h("dt", {}, h("code", {}, name)), h("dd", {}, cell("", value))])) : null,
    one.rules?.length ? h("ul", { class: "rules" }, one.rules.map((rule) => h("li", { class: rule.held ? "up" : "down" }, `${rule.held ? "✓" : "✗"} `, rule.says ?? `${words(rule.rule)}: ${cell("", rule.value)}`))) : null);
}

export function outcomeSentence(detail) {
  return [h("strong", {}, words(detail.outcome)), detail.detail ? ` — ${detail.detail}` : "", " ", h("a", { href: `/ledger?outcome=${encodeURIComponent(detail.outcome)}` }, "others of this outcome")];
}
