// The page of a symbol: prices with the plan, how its rating came about, and why it is where it is.
import { getJson, query } from "./api.js";
import { list, read, write } from "./address.js";
import { PriceChart, barTable, legend, rebased } from "./chart.js";
import { drawCompany } from "./company_facts.js";
import { $, h, problem, put, show, table } from "./dom.js";
import { amount, cell, number, price, signed, tone, whole, words } from "./format.js";
import { nothingYet, strip } from "./frame.js";
import { drawPastHits } from "./past_hits.js";
import { drawPatterns } from "./patterns.js";
import { drawRating } from "./rating.js";
import { drawHistory } from "./rating_history.js";
import { drawRules, outcomeSentence } from "./rules.js";
import { drawVotes } from "./votes.js";

const AVERAGES = ["sma_20", "sma_50", "sma_150", "sma_200", "ema_10", "ema_20", "ema_50"];
const symbol = $("head").dataset.symbol;
let chart = null, detail = null, order = [], place = -1;

async function begin() {
  const scan = read().id ?? "latest";
  if (nothingYet()) { show($("empty"), true); hideCards(); return; }
  try { detail = await getJson(`/v1/symbols/${encodeURIComponent(symbol)}?scan=${encodeURIComponent(scan)}`); } catch (error) {
    problem(error);
    hideCards();
    return;
  }
  strip(detail);
  head();
  prices();
  plan();
  drawPatterns($("pattern-card"), $("pattern"), detail);
  drawRating($("rating"), detail);
  drawVotes($("votes"), detail.votes);
  strength();
  drawRules($("rules"), detail);
  figures();
  const answer = await getJson(`/v1/scans/${encodeURIComponent(scan)}/rows?columns=symbol`).catch(() => null);
  if (answer) turn(answer);
  await Promise.all([
    drawHistory(symbol, scan).catch((error) => put($("history-chart"), h("p", { class: "muted" }, error.message))),
    drawCompany(symbol, scan).catch((error) => put($("company"), h("p", { class: "muted" }, error.message))),
    drawPastHits(symbol, scan).catch((error) => put($("hits"), h("p", { class: "muted" }, error.message))),
  ]);
}

function hideCards() { for (const card of document.querySelectorAll(".symbol-grid .card")) card.hidden = true; }

function head() {
  const row = detail.row ?? {}, listing = detail.listing;
  $("symbol-company").textContent = [listing.company, listing.exchange, listing.sector, listing.industry].filter(Boolean).join(" · ");
  put($("symbol-figures"),
    h("span", { class: "close" }, price(row.close ?? detail.bars?.close.at(-1))),
    row.return_1_pct === undefined ? null : h("span", { class: tone(row.return_1_pct) }, `${signed(row.return_1_pct)} %`),
    row.signal ? h("span", { class: `signal ${row.signal}` }, words(row.signal)) : null,
    row.tech_rating === undefined ? null : h("span", {}, h("small", { class: "muted" }, "rating "), number(row.tech_rating, 1)),
    row.rs_rating === undefined ? null : h("span", {}, h("small", { class: "muted" }, "RS "), number(row.rs_rating, 0)),
    listing.market_cap ? h("span", {}, h("small", { class: "muted" }, "market cap "), amount(listing.market_cap)) : null);
  put($("outcome"), outcomeSentence(detail));
  show($("outcome"), detail.outcome !== "kept");
}

const shown = (name) => read()[name] !== "0";

function prices() {
  if (!detail.bars) { put($("chart"), h("p", { class: "muted" }, "No bars of this symbol were read.")); return; }
  const chosen = () => (read().averages === undefined ? ["sma_50", "sma_200"] : list(read().averages));
  const bars = innerWidth < 700 ? 90 : 200;
  const line = rebased(detail, bars);
  const draw = () => {
    chart ??= new PriceChart($("chart"), { height: 460 });
    chart.draw(detail, { averages: chosen(), bars, patterns: shown("pattern"), relative: shown("rs") });
    put($("chart-table"), barTable(detail, chosen(), line));
    legend($("chart-legend"), chosen());
    if (detail.patterns.length && shown("pattern")) $("chart-legend").append(h("span", { class: "key c-shape" }, detail.patterns.map((one) => one.title).join(", ")));
    if (line && shown("rs")) $("chart-legend").append(h("span", { class: "key c-fourth" }, `RS line against ${line.benchmark}, 100 on ${line.since}`));
  };
  const tick = (label, checked, change) => { const box = h("input", { type: "checkbox", checked }); box.addEventListener("change", () => { change(box.checked); draw(); }); return h("label", { class: "tick" }, box, label); };
  const averages = AVERAGES.filter((name) => detail.averages[name]).map((name) => tick(name.replace("_", " ").toUpperCase(), chosen().includes(name), (on) => {
    const now = AVERAGES.filter((one) => (one === name ? on : chosen().includes(one))).slice(0, 4);
    write({ averages: now.join(",") || "none" });
  }));
  const others = [["pattern", "Pattern", detail.patterns.length], ["rs", "RS line", line]].filter(([, , there]) => there).map(([name, label]) => tick(label, shown(name), (on) => write({ [name]: on ? null : "0" })));
  put($("averages"), h("span", { id: "chart-legend", class: "keys-line" }), h("details", { class: "menu" }, h("summary", {}, "Lines"), h("div", { class: "menu-body" }, averages, others)));
  draw();
}

function plan() {
  const row = detail.row;
  if (!row?.has_plan) { put($("plan"), h("p", { class: "muted" }, row?.plan_note || (row ? `No plan is made for the signal ${words(row.signal) || "none"}.` : "No plan: the symbol was not scored."))); return; }
  const risk = Math.abs(row.entry - row.stop), gain = Math.abs(row.target - row.entry);
  put($("plan"),
    h("div", { class: "risk", "aria-hidden": "true" }, h("i", { class: "risk-loss", "width%": (100 * risk) / (risk + gain) }), h("i", { class: "risk-gain", "width%": (100 * gain) / (risk + gain) })),
    table(["", "Price", "From entry"], [
      ["Target", price(row.target), `${signed(100 * (row.target / row.entry - 1))} %`],
      [`Entry (${words(row.entry_type)})`, price(row.entry), ""],
      ["Stop", price(row.stop), `${signed(100 * (row.stop / row.entry - 1))} %`],
    ], { caption: "Trade plan" }),
    h("dl", { class: "facts" }, [["Reward to risk", number(row.reward_risk, 1)], ["Shares", whole(row.shares)], ["Position", `$${amount(row.position_value)}`], ["At risk", `$${amount(row.risk_amount)}`], ["Stop by", words(row.stop_basis)], ["Note", row.plan_note || "–"]].map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

function strength() {
  const row = detail.row;
  if (!row) { put($("strength"), h("p", { class: "muted" }, "Not scored.")); return; }
  const terms = [["Month", "return_21_pct"], ["Quarter", "return_63_pct"], ["Half-year", "return_126_pct"], ["Nine months", "return_189_pct"], ["Year", "return_252_pct"]].filter(([, name]) => row[name] !== undefined);
  const most = Math.max(1, ...terms.map(([, name]) => Math.abs(row[name] ?? 0)));
  put($("strength"),
    h("p", { class: "big" }, number(row.rs_rating, 0), h("small", { class: "muted" }, ` of 99, among ${whole(detail.rs_universe)} symbols`)),
    h("table", { class: "bars" }, h("caption", { class: "unseen" }, "Returns"), h("tbody", {}, terms.map(([label, name]) => h("tr", {}, h("th", { scope: "row" }, label), h("td", { class: "bar-cell" }, h("i", { class: `bar-fill ${row[name] >= 0 ? "fill-up" : "fill-down"}`, "width%": (100 * Math.abs(row[name] ?? 0)) / most })), h("td", { class: tone(row[name]) }, row[name] === null ? "–" : `${signed(row[name], 1)} %`))))),
    h("dl", { class: "facts" }, [["Off its 52-week high", "from_high_252_pct"], ["Above its 52-week low", "from_low_252_pct"]].filter(([, name]) => row[name] !== undefined).map(([label, name]) => [h("dt", {}, label), h("dd", {}, row[name] === null ? "–" : `${signed(row[name], 1)} %`)])));
}

function figures() {
  const row = detail.row;
  if (!row) { $("figures-card").hidden = true; return; }
  const pairs = Object.entries(row).filter(([name]) => !["symbol", "company"].includes(name));
  put($("figures"), h("dl", { class: "all-figures" }, pairs.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, cell(name, value))))));
}

function turn(answer) {
  order = answer.values[0];
  place = order.indexOf(detail.symbol);
  $("place").textContent = place < 0 ? "not in the table" : `${whole(place + 1)} of ${whole(order.length)} · keys ← →`;
  for (const [name, step] of [["before", -1], ["after", 1]]) {
    const next = place < 0 ? undefined : order[place + step];
    show($(name), Boolean(next));
    if (!next) continue;
    $(name).href = address(next);
    $(name).querySelector("span").textContent = next;
  }
}

const address = (next) => `/symbols/${encodeURIComponent(next)}${query(read())}`;

addEventListener("keydown", (event) => {
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.(".scroll")) return;
  const step = { ArrowRight: 1, n: 1, j: 1, ArrowLeft: -1, p: -1, k: -1 }[event.key];
  const next = step && place >= 0 ? order[place + step] : undefined;
  if (next) { event.preventDefault(); location.assign(address(next)); }
});

await begin();
