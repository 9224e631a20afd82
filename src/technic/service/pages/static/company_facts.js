// What was known of a symbol's company on the day: quarters as bars, twelve months, days of results.
import { getJson, query } from "./api.js";
import { $, h, put, s, scroll, table } from "./dom.js";
import { amount, number, whole } from "./format.js";

const BRIEF = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
const HIGH = 184, EDGE = 6, TOP = 20, FOOT = 36;
const NAMES = { revenue: "Revenue", eps: "Earnings a share" };

export async function drawCompany(symbol, scan) {
  const answer = await getJson(`/v1/symbols/${encodeURIComponent(symbol)}/facts${query({ scan })}`);
  const place = $("company");
  if (answer.sentence) { put(place, h("p", { class: "muted" }, answer.sentence)); return; }
  put(place,
    h("p", { class: "small muted" }, answer.simulated ? [h("span", { class: "flag" }, "SIMULATED"), " "] : null, `As known at the close of ${answer.as_of}: what is filed later changes nothing here.`),
    results(answer),
    h("div", { class: "history" }, ["revenue", "eps"].map((name) => bars(symbol, name, answer.quarters))),
    quarters(symbol, answer.quarters),
    values(symbol, answer.values),
    answer.attribution.map((text) => h("p", { class: "small muted" }, text)));
}

const said = (one) => (!one || one.value === null ? "\u2013" : ["USD", "shares"].includes(one.unit) ? amount(one.value) : one.unit === "sessions" ? number(one.value, Number.isInteger(one.value) ? 0 : 1) : number(one.value));
const measured = (one) => (one.unit === "%" ? `${said(one)} %` : one.unit.startsWith("USD") ? `$${said(one)}`.replace("$-", "-$") : said(one));
const ago = (one) => (one.age ? `${whole(one.age)} ${one.age === 1 ? "session" : "sessions"} ago` : "today");
const filing = (one) => (!one ? "\u2013" : one.link ? h("a", { href: one.link, rel: "noreferrer", title: `accession number ${one.accession_number}` }, one.form || one.accession_number) : [one.form, one.accession_number].filter(Boolean).join(" ") || "\u2013");
const known = (one) => (one.known_at ? h("time", { datetime: one.known_at }, `${one.known_at.slice(0, 10)} ${one.known_at.slice(11, 16)} UTC`) : one.known_from);

function results({ last_results: last, next_results: next }) {
  const about = [];
  if (last) about.push(["Last results", [`${last.session}, ${ago(last)}, `, filing(last)]]);
  about.push(["Next results", next ? [next.session, next.value ? `, in ${whole(next.value)} ${next.value === 1 ? "session" : "sessions"}` : ", today", next.estimate ? [" ", h("span", { class: "flag", title: next.route }, "estimate")] : null] : "not known"]);
  return h("dl", { class: "facts" }, about.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

// A quarter of which nothing is known has its place all the same.
function spaced(quarters) {
  const month = (one) => 12 * Number(one.end.slice(0, 4)) + Number(one.end.slice(5, 7));
  return quarters.flatMap((one, i) => [...Array(i ? Math.max(0, Math.round((month(one) - month(quarters[i - 1])) / 3) - 1) : 0).fill({ end: "" }), one]);
}

function bars(symbol, name, filed) {
  const WIDE = 440, known = filed.filter((one) => one[name]), all = spaced(filed);
  if (!known.length) return h("figure", { class: "quarters" }, h("figcaption", {}, NAMES[name]), h("p", { class: "muted" }, "Not known for any quarter."));
  const figures = all.map((one) => one[name]?.value ?? null);
  const most = Math.max(0, ...figures), least = Math.min(0, ...figures), span = most - least || 1;
  const step = (WIDE - 2 * EDGE) / all.length, wide = step * 0.64;
  const y = (value) => TOP + ((most - value) / span) * (HIGH - TOP - FOOT);
  const drawn = all.map((one, i) => {
    if (figures[i] === null) return null;
    const x = EDGE + i * step, top = y(Math.max(0, figures[i])), tall = Math.max(1, Math.abs(y(0) - y(figures[i])));
    const text = s("text", { class: "day", x: x + step / 2, y: figures[i] < 0 ? top + tall + 11 : top - 4 }, name === "eps" ? said(one[name]) : BRIEF.format(figures[i]));
    return [s("rect", { class: figures[i] < 0 ? "loss" : "gain", x: x + (step - wide) / 2, y: top, width: wide, height: tall }, s("title", {}, `${one.end}: ${said(one[name])}`)), text];
  });
  const labels = all.map((one, i) => ((all.length - 1 - i) % 2 ? null : s("text", { class: "day", x: EDGE + (i + 0.5) * step, y: HIGH - 6 }, one.end.slice(2, 7))));
  const last = known.at(-1);
  return h("figure", { class: "quarters" }, h("figcaption", {}, NAMES[name], h("span", { class: "muted" }, name === "eps" ? ", $, by fiscal quarter" : ", USD, by fiscal quarter")),
    s("svg", { class: "lines", viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": `${NAMES[name]} of ${symbol} in ${known.length} fiscal quarters, ${known[0].end} to ${last.end}, the last ${said(last[name])}; the table below has the data` }, s("line", { class: "rule", x1: EDGE, x2: WIDE - EDGE, y1: y(0), y2: y(0) }), drawn.flat(), labels));
}

function quarters(symbol, all) {
  const rows = [...all].reverse().map((one) => {
    const source = one.revenue ?? one.eps;
    return [one.end, said(one.revenue), said(one.eps), known(source), filing(source)];
  });
  return scroll(`Fiscal quarters of ${symbol}`, table(["Quarter to", "Revenue", "EPS", "Known", "Filing"], rows, { caption: `Fiscal quarters of ${symbol}, newest first` }));
}

function values(symbol, all) {
  if (!all.length) return null;
  const rows = all.map((one) => [one.field.replaceAll("_", " "), measured(one), one.period_end ?? "\u2013", known(one), ago(one), filing(one), h("span", { class: "small muted" }, one.route)]);
  return scroll(`Facts of ${symbol}`, table(["Fact", "Value", "Period to", "Known", "Age", "Filing", "How"], rows, { caption: `Facts of ${symbol} with their filings` }));
}
