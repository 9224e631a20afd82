// The page Ledger: each symbol of the universe ends in exactly one outcome.
import { getJson, query } from "./api.js";
import { read, write } from "./address.js";
import { $, h, later, problem, put, show, table } from "./dom.js";
import { drawing } from "./drawing.js";
import { number, whole, words } from "./format.js";
import { nothingYet, strip } from "./frame.js";

const PAGE = 200;
const scan = read().id ?? "latest";
let ledger = null;
let asked = 0; // an answer to an earlier question may come after a later one's

const MEANINGS = {
  kept: "in the table", prescreen: "left out before any request, by what the listing says", fetch: "the provider had no bars",
  gate: "bars that cannot be relied on, or too little traded", filter: "passed the gate, but not what the scan asked for", error: "could not be computed",
};

async function begin() {
  if (nothingYet()) { show($("empty"), true); return; }
  try { ledger = await getJson(`/v1/scans/${encodeURIComponent(scan)}/ledger`); } catch (error) { problem(error); return; }
  strip(ledger);
  show($("ledger"), true);
  drawing($("flow"), `/v1/scans/${encodeURIComponent(scan)}/drawings/ledger`, choose).catch(problem);
  counts();
  const names = Object.keys(ledger.ledger);
  const stages = [...new Set(names.map((name) => name.split(".")[0]))].filter((stage) => !names.includes(stage));
  put($("outcome"), h("optgroup", { label: "Stage" }, stages.map((stage) => h("option", { value: stage }, words(stage)))), h("optgroup", { label: "Outcome" }, names.map((name) => h("option", { value: name }, words(name)))));
  const wanted = read().outcome;
  await list(wanted && (names.includes(wanted) || stages.includes(wanted)) ? wanted : names.find((name) => name !== "kept") ?? "kept");
}

function counts() {
  const size = ledger.universe.size || 1;
  const rows = Object.entries(ledger.ledger).map(([name, count]) => [h("button", { type: "button", class: "link", onclick: () => choose(name) }, words(name)), whole(count), `${number((100 * count) / size, 1)} %`, MEANINGS[name.split(".")[0]] ?? ""]);
  put($("counts"), h("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": "Outcomes" }, table(["Outcome", "Symbols", "Share", "Meaning"], rows, { caption: "Outcomes" })));
}

function choose(outcome) { write({ outcome, from: null, find: null }); $("find-in").value = ""; list(outcome).catch(problem); $("symbols-card").scrollIntoView({ behavior: "smooth", block: "nearest" }); }

async function list(outcome) {
  const from = Math.max(0, Number.parseInt(read().from ?? "0", 10) || 0);
  const find = (read().find ?? "").toLowerCase();
  $("outcome").value = outcome;
  const own = ++asked;
  const answer = await getJson(`/v1/scans/${encodeURIComponent(scan)}/ledger${query(find ? { outcome, limit: 20000 } : { outcome, limit: PAGE, offset: from })}`);
  if (own !== asked) return;
  const fits = find ? answer.symbols.filter((row) => row.symbol.toLowerCase().includes(find) || row.detail.toLowerCase().includes(find)) : answer.symbols;
  const shown = fits.slice(0, PAGE);
  $("symbols-said").textContent = find ? `${whole(fits.length)} of ${whole(answer.total)} symbols` : `${whole(answer.total)} symbols: ${MEANINGS[outcome.split(".")[0]] ?? ""}`;
  const id = read().id;
  put($("symbols"), shown.length ? h("div", {}, table(["Symbol", "Outcome", "Reason"], shown.map((row) => [h("a", { href: `/symbols/${encodeURIComponent(row.symbol)}${query({ id })}` }, row.symbol), words(row.outcome), row.detail || "–"]), { caption: "Symbols and reasons", words: true })) : h("p", { class: "muted" }, "No symbol fits."));
  const turn = (to, label) => h("button", { type: "button", onclick: () => { write({ from: to || null }); list(outcome).catch(problem); } }, label);
  put($("pager"), find ? [] : [from > 0 ? turn(Math.max(0, from - PAGE), "‹ Before") : null, from + PAGE < answer.total ? turn(from + PAGE, "Next ›") : null]);
}

$("outcome").addEventListener("change", () => choose($("outcome").value));
$("find-in").value = read().find ?? "";
$("find-in").addEventListener("input", later(200, () => { write({ find: $("find-in").value.trim(), from: null }); list($("outcome").value).catch(problem); }));

await begin();
