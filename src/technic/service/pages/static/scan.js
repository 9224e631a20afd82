// The page Scan: what is asked, how far it is, what came of it.
import { getJson, may, postJson, query, remove } from "./api.js";
import { list, read, write } from "./address.js";
import { Chips, KINDS } from "./chips.js";
import { $, h, later, problem, put, show } from "./dom.js";
import { ExpressionBox } from "./expression.js";
import { amount, whole } from "./format.js";
import { strip } from "./frame.js";
import { Grid, figure } from "./grid.js";
import { drawProgress, ended, follow } from "./job.js";
import { exports, saveSetup } from "./result_tools.js";
import { DEFAULT, rows, wanted } from "./rows.js";
import { SideChart } from "./side_chart.js";
import { openWords } from "./word_list.js";

const side = new SideChart();
const grid = new Grid($("grid"), {
  selected: (row) => side.show(shown, row),
  opened: (symbol) => location.assign(`/symbols/${encodeURIComponent(symbol)}${query({ id: shown, sort: read().sort })}`),
  counted: (now, all) => { $("grid-count").textContent = now === all ? `${whole(all)} rows.` : `${whole(now)} of ${whole(all)} rows.`; },
});
const box = new ExpressionBox((text) => write({ where: text }));
const chips = new Chips($("chips"), (key, value) => write({ [key]: value }));
let setups = [], shown = null, running = null;

// What the form shows is known later than the rows: they are drawn meanwhile.
async function begin() {
  show($("run"), may("run"));
  sideShown(read().chart !== "0");
  $("quick").value = grid.quick = (read().q ?? "").toLowerCase();
  const known = read().id;
  const drawn = known ? load(known) : null;
  await recall();
  const state = read();
  if (!box.touched) box.value = state.where ?? ""; // what is typed meanwhile stays
  chips.set(state);
  await (drawn ?? (state.id ? load(state.id) : null));
  await loadSetups().catch(problem);
}

async function loadSetups() {
  setups = (await getJson("/v1/setups")).setups;
  drawSetups(list(read().setup));
}

// A link that names a result alone, or nothing at all: the form shows what that result was asked.
async function recall() {
  const state = read();
  if (KINDS.some((kind) => kind.key in state) || state.where || state.setup) return;
  try {
    const job = state.id ? await getJson(`/v1/scans/${encodeURIComponent(state.id)}`) : (await getJson("/v1/jobs?kind=scan&state=done&limit=1"))[0];
    if (!job) return;
    const known = ["where", "setup", ...KINDS.map((kind) => kind.asks ?? kind.key)];
    const keys = Object.entries(job.request).filter(([name]) => known.includes(name)).map(([name, value]) => (name === "columns" ? ["facts", plainNames(value)] : [name, value]));
    write({ id: job.id, ...Object.fromEntries(keys.map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : String(value)])) });
  } catch { /* the result itself says what is wrong with its id */ }
}

// Columns that are expressions of their own have no chip.
const plainNames = (columns) => [columns].flat().map((text) => text.replace(/^\+/, "")).filter((text) => /^[a-z_0-9]+$/.test(text));

function drawSetups(chosen) {
  put($("setup"), h("option", { value: "" }, "none: every symbol is ranked"), setups.map((one) => h("option", { value: one.name, selected: chosen.includes(one.name) }, one.title)));
  const one = setups.find((setup) => chosen.includes(setup.name));
  show($("setup-meaning"), Boolean(one));
  put($("setup-meaning"), one ? [h("strong", {}, `${one.title}. `), one.meaning, " ", h("code", {}, one.conditions.map((part) => part.where).join(" and "))] : []);
}

function asked() {
  const keys = { ...chips.asked() };
  if (box.value) keys.where = box.value;
  if ($("setup").value) keys.setup = [$("setup").value];
  return keys;
}

async function run(event) {
  event.preventDefault();
  if (running) return;
  problem(null);
  try {
    const job = await postJson("/v1/scans", asked());
    running = job.id;
    show($("run"), false); show($("cancel"), true); show($("progress"), true);
    const done = await follow(job.id, (now) => drawProgress(now, $("progress-said"), $("progress-bar")));
    if (done.state === "done") {
      write({ id: done.id, symbol: null, ...cleared() }, { push: true });
      await load(done.id);
    } else problem(ended(done));
  } catch (error) { problem(error); } finally {
    running = null;
    show($("run"), may("run")); show($("cancel"), false); show($("progress"), false);
  }
}

const cleared = () => Object.fromEntries(Object.keys(read()).filter((name) => name.startsWith("f.")).map((name) => [name, null]));

async function load(identity) {
  let answer;
  try { answer = await rows(identity); } catch (error) {
    if (error.status === 404) error.message += ". Scan runs what the link asks for.";
    problem(error);
    return;
  }
  shown = answer.id;
  write({ id: shown });
  strip(answer);
  show($("result"), true);
  $("result-title").textContent = answer.rows === 1 ? "1 symbol" : `${whole(answer.rows)} symbols`;
  const remarks = answer.warnings;
  put($("warnings"), !remarks.length ? [] : remarks.length === 1 ? h("p", { class: "notice" }, remarks[0])
    : h("details", { class: "notice" }, h("summary", {}, `${remarks.length} remarks`), h("ul", {}, remarks.map((text) => h("li", {}, text)))));
  drawFloors(answer);
  drawRows(answer);
  setTimeout(() => besides(answer), 0); // once the rows are drawn
}

function drawRows(answer) {
  grid.show(answer);
  if (!grid.inView) side.none();
}

// Tradeable stocks are shown first; each floor can be changed, and 0 is none.
function drawFloors(answer) {
  const { vp, vv } = read(), { min_price: price = 0, min_dollar_volume: volume = 0 } = answer.view;
  grid.floors = { price: vp === undefined ? price : figure(vp) || 0, volume: vv === undefined ? volume : figure(vv) || 0 };
  $("view-price").value = vp ?? String(price);
  $("view-volume").value = vv ?? (volume ? amount(volume) : "0");
}

function besides(answer) {
  exports($("export-body"), answer.id);
  drawColumns(answer);
  if (wanted().includes("closes")) getJson(`/v1/scans/${answer.id}/closes?bars=30`).then((closes) => { if (closes && grid.answer === answer) grid.addCloses(closes.closes); }).catch(problem);
}

function drawColumns(answer) {
  const chosen = new Set(wanted());
  const names = [{ name: "closes", heading: "30 days", description: "A line of the last 30 closes" }, ...answer.available];
  const find = h("input", { type: "search", placeholder: "Find a column", "aria-label": "Find a column" });
  const boxes = names.filter((one) => one.name !== "symbol").map((one) => h("label", { class: "tick", title: one.description ?? "" }, h("input", { type: "checkbox", value: one.name, checked: chosen.has(one.name) }), one.heading));
  const findable = [...boxes];
  find.addEventListener("input", () => { for (const label of findable) label.hidden = !label.textContent.includes(find.value.toLowerCase()) && !label.firstChild.value.includes(find.value.toLowerCase()); });
  const change = later(400, () => {
    const ticked = boxes.filter((label) => label.firstChild.checked).map((label) => label.firstChild.value);
    const order = [...DEFAULT.filter((name) => ticked.includes(name)), ...ticked.filter((name) => !DEFAULT.includes(name))];
    const usual = [...DEFAULT, ...list(read().facts).filter((name) => !DEFAULT.includes(name))];
    const same = order.join() === usual.filter((name) => name !== "symbol").join();
    write({ columns: same ? null : order.join(",") || "symbol" });
    load(shown);
  });
  for (const label of boxes) label.firstChild.addEventListener("change", change);
  const more = h("div");
  put($("columns-body"), find, h("div", { class: "ticks" }, boxes), more);
  const opened = () => { if (may("run") && $("columns-menu").open && !more.firstChild) drawFacts(answer, more, findable).catch(problem); };
  $("columns-menu").ontoggle = opened;
  opened();
}

// Facts that the result does not have: the scan that is asked runs again with those that are ticked.
async function drawFacts(answer, place, findable) {
  const has = new Set(answer.available.map((one) => one.name));
  const facts = (await getJson("/v1/columns")).columns.filter((one) => one.fact && !has.has(one.name));
  const ticks = facts.map((one) => h("label", { class: "tick", title: one.description }, h("input", { type: "checkbox", value: one.name }), one.name.replaceAll("_", " ")));
  const add = h("button", { type: "button", onclick: () => {
    const names = ticks.map((label) => label.firstChild).filter((tick) => tick.checked).map((tick) => tick.value);
    if (!names.length) return;
    const { facts: before, columns } = read();
    chips.set({ ...chips.values, facts: [...list(before), ...names].join(",") });
    write({ facts: chips.values.facts, ...(columns ? { columns: [columns, ...names].join(",") } : {}) });
    $("columns-menu").open = false;
    $("ask").requestSubmit();
  } }, "Scan with these");
  findable.push(...ticks);
  put(place, h("p", { class: "small muted" }, "Facts of companies, as known on the day:"), h("div", { class: "ticks" }, ticks), add);
}

function sideShown(on) {
  show($("side"), on);
  $("split").classList.toggle("alone", !on);
  $("chart-toggle").setAttribute("aria-pressed", String(on));
}

$("ask").addEventListener("submit", run);
$("cancel").addEventListener("click", () => running && remove(`/v1/scans/${running}`).catch(problem));
$("setup").addEventListener("change", () => { write({ setup: $("setup").value }); drawSetups([$("setup").value]); });
for (const [id, key] of [["view-price", "vp"], ["view-volume", "vv"]]) {
  $(id).addEventListener("change", () => { write({ [key]: $(id).value.trim() || "0" }); drawFloors(grid.answer); drawRows(grid.answer); besides(grid.answer); });
}
$("quick").addEventListener("input", later(150, () => { write({ q: $("quick").value }); grid.filter($("quick").value); }));
$("chart-toggle").addEventListener("click", () => { const on = $("side").hidden; write({ chart: on ? null : "0" }); sideShown(on); grid.table?.redraw(true); });
$("words-open").addEventListener("click", (event) => { event.preventDefault(); openWords((text) => box.insert(text)); });
$("save-setup").addEventListener("click", async () => {
  try {
    const name = await saveSetup(asked(), read());
    if (!name) return;
    await loadSetups();
    $("save-setup").textContent = "Saved";
    setTimeout(() => { $("save-setup").textContent = "Save as setup"; }, 2000);
  } catch (error) { problem(error); }
});
$("share").addEventListener("click", async () => {
  try { await navigator.clipboard.writeText(location.href); $("share").textContent = "Copied"; } catch { $("share").textContent = "Copy it from the address bar"; }
  setTimeout(() => { $("share").textContent = "Copy link"; }, 2000);
});
addEventListener("popstate", () => location.reload());

await begin();
