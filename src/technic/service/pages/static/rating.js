// The rating as bars that add up: each part as wide as it could be, filled as far as it is.
import { h, put } from "./dom.js";
import { cell, number, words } from "./format.js";

export function drawRating(place, detail) {
  const explained = detail.explanation;
  if (!explained) { put(place, h("p", { class: "muted" }, "It was not scored, so it has no rating.")); return; }
  const total = explained.subscores.reduce((sum, one) => sum + one.weight, 0) || 1;
  put(place,
    h("p", { class: "big" }, number(explained.tech_rating, 1), h("small", { class: "muted" }, " of 100, from ", explained.subscores.length, " parts")),
    h("div", { class: "stack", "aria-hidden": "true" }, explained.subscores.map((one, i) => h("span", { class: `stack-part p${i}`, "width%": (100 * one.contribution) / total }))),
    h("div", { class: "parts" }, explained.subscores.map((one, i) => h("details", { class: "part" },
      h("summary", {}, h("span", { class: `dot p${i}`, "aria-hidden": "true" }), h("span", { class: "part-name" }, words(one.name)), h("span", { class: "part-bar", "aria-hidden": "true" }, h("i", { class: `p${i}`, "width%": Math.max(0, Math.min(100, one.score ?? 0)) })), h("span", { class: "part-points" }, number(one.contribution, 1), h("small", { class: "muted" }, ` of ${number(one.weight, 0)}`))),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${words(one.name)}, its components` }, h("table", {}, h("thead", {}, h("tr", {}, ["Component", "Value", "Points", "Adds"].map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, explained.contributions.filter((part) => part.subscore === one.name).map((part) => h("tr", { title: `${part.formula}: ${part.curve}` }, h("th", { scope: "row" }, words(part.component)), h("td", {}, cell("", part.value, part.unit)), h("td", {}, number(part.points, 0)), h("td", {}, number(part.contribution, 2)))))))))),
    h("p", { class: "small muted" }, explained.signal_reasons.join("; ")));
}
