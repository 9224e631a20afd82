// The page Watches: what is watched and how it stands, a form that adds one, the log.
import { getJson, may, postJson, putJson, query, remove } from "./api.js";
import { list, read } from "./address.js";
import { $, h, problem, put, scroll, show, table } from "./dom.js";
import { ExpressionBox } from "./expression.js";
import { moment, whole } from "./format.js";
import { active, drawProgress, follow } from "./job.js";
import { drawLog } from "./watch_log.js";
import { openWords } from "./word_list.js";

const MOST = 50;
const NUMBERS = ["minimum", "rearm", "digest"];
const box = new ExpressionBox(() => {});
let replaced = null; // the watch that the form was filled with
let running = false;

async function begin() {
  const state = read();
  const offset = Number.parseInt(state.from ?? "0", 10) || 0;
  const [page, log] = await Promise.all([
    getJson(`/v1/watches${query({ limit: MOST, offset })}`),
    getJson(`${state.watch ? `/v1/watches/${encodeURIComponent(state.watch)}/log` : "/v1/watch-log"}?limit=30`),
  ]);
  show($("watches-page"), true);
  show($("off"), !page.scheduled);
  show($("run"), may("run"));
  show($("add"), may("run"));
  standing(page);
  watches(page, state.watch);
  pager(page);
  $("log-title").textContent = state.watch ? `Log of ${state.watch}` : "Log";
  show($("log-all"), Boolean(state.watch));
  drawLog($("log"), log);
  if (page.last_run && active(page.last_run) && !running) followRun(page.last_run).catch(problem);
}

function standing({ provider, simulated, total, cannot_run: broken, waiting, last_run: last }) {
  const ran = last ? `Last run ${moment(last.finished_at ?? last.created_at)}: ${last.outcome?.headline ?? last.message ?? last.state}.` : "No run yet.";
  put($("standing"),
    simulated ? [h("span", { class: "flag" }, "SIMULATED"), " "] : null,
    `${whole(total)} ${total === 1 ? "watch" : "watches"} on ${provider}. `,
    broken ? h("span", { class: "bad" }, `${whole(broken)} cannot run. `) : null,
    waiting ? `${whole(waiting)} ${waiting === 1 ? "message waits" : "messages wait"} to be sent. ` : null,
    h("span", { class: "muted" }, ran));
}

function watches({ watches: all }, chosen) {
  const rows = all.map((one) => [
    h("a", { href: `/watches${query({ watch: one.name })}#log-title`, "aria-current": one.name === chosen ? "true" : null, title: "Its log" }, one.name),
    [one.setup ? one.asks : h("code", {}, one.asks), h("div", { class: "small muted" }, rules(one))],
    one.session ?? "–",
    whole(one.matches),
    how(one),
    one.targets.length ? one.targets.map((text) => h("div", {}, text)) : h("span", { class: "muted" }, "the log"),
    may("run") ? actions(one) : "",
  ]);
  put($("watches"), rows.length
    ? scroll("Watches", table(["Watch", "What it asks", "Last judged", "Matches", "How it stands", "Tells", ""], rows, { caption: "Watches", words: true }))
    : h("p", { class: "muted" }, may("run") ? "Nothing is watched yet: add a watch below." : "Nothing is watched yet."));
}

function how(one) {
  if (one.trouble) return h("span", { class: "bad" }, `Cannot run: ${one.trouble}`);
  if (one.paused) return "paused";
  return one.session ? h("span", { class: "up" }, "judged") : "waits for its first run";
}

function rules(one) {
  const parts = Object.entries(one.parameters).map(([name, value]) => `${name} = ${value}`);
  if (one.leave) parts.push(`ends where ${one.leave}`);
  if (one.symbols.length) parts.push(`of ${one.symbols.slice(0, 5).join(", ")}${one.symbols.length > 5 ? ` and ${one.symbols.length - 5} more` : ""}`);
  parts.push(`tells who ${one.on.map((kind) => `${kind}s`).join(" or ")}`);
  if (one.minimum > 1) parts.push(`from ${one.minimum} matches`);
  if (one.rearm > 1) parts.push(`again after ${one.rearm} sessions out`);
  if (one.quiet) parts.push(`quiet ${one.quiet}`);
  if (one.schedule === "bars") parts.push("when bars are there");
  return parts.join("; ");
}

function actions(one) {
  const path = `/v1/watches/${encodeURIComponent(one.name)}`;
  const button = (text, action) => h("button", { type: "button", class: "link", "aria-label": `${text} ${one.name}`, onclick: () => { problem(null); Promise.resolve(action()).catch(problem); } }, text);
  return h("span", { class: "field-line" },
    button("edit", () => edit(one)),
    one.targets.length ? button("test", () => test(path)) : null,
    one.paused ? button("resume", () => postJson(`${path}/resume`, {}).then(begin)) : button("pause", () => postJson(`${path}/pause`, {}).then(begin)),
    button("remove", () => (confirm(`Remove the watch ${one.name}? Its log stays.`) ? remove(path).then(begin) : null)));
}

function pager({ total, offset }) {
  const to = (text, from) => h("a", { href: `/watches${query({ ...read(), from: from || null })}` }, text);
  put($("pager"), offset > 0 ? to("earlier", Math.max(0, offset - MOST)) : null, offset + MOST < total ? to("further", offset + MOST) : null);
}

async function test(path) {
  $("told").textContent = "Sending a test …";
  const job = await postJson(`${path}/test`, {});
  const done = await follow(job.id, () => {}, "jobs");
  $("told").textContent = done.state === "done" ? done.outcome.headline : "";
  if (done.state !== "done") throw new Error(`The test is ${done.state}: ${done.message ?? ""}`);
}

async function followRun(job) {
  running = true;
  $("run").disabled = true;
  show($("run-progress"), true);
  try {
    const done = await follow(job.id, (now) => drawProgress(now, $("run-said"), $("run-bar")), "jobs");
    if (done.state !== "done") problem(new Error(`The run is ${done.state}: ${done.message ?? ""}`));
  } finally {
    show($("run-progress"), false);
    $("run").disabled = false;
  }
  await begin();
  running = false;
}

$("run").addEventListener("click", () => { problem(null); $("told").textContent = ""; postJson("/v1/watch-runs", {}).then(followRun).catch(problem); });

function edit(one) {
  replaced = one;
  $("name").value = one.name;
  box.value = one.where ?? "";
  choose(one.setup);
  $("leave").value = one.leave ?? "";
  $("symbols").value = one.symbols.join(", ");
  $("on").value = ["enter", "leave"].filter((kind) => one.on.includes(kind)).join(",");
  $("schedule").value = one.schedule;
  for (const name of NUMBERS) $(name).value = one[name];
  $("quiet").value = one.quiet ?? "";
  $("chart").checked = one.chart;
  $("targets").value = "";
  $("targets").placeholder = one.targets.length ? `left empty: ${one.targets.join(", ")}` : "env:MY_MAIL";
  $("rules").open = true;
  form(`Edit ${one.name}`, "Keep", true);
  $("add").scrollIntoView();
  $("name").focus();
}

function choose(setup) {
  if (setup && ![...$("setup").options].some((one) => one.value === setup)) $("setup").append(h("option", { value: setup }, setup));
  $("setup").value = setup ?? "";
}

function form(title, button, editing) {
  $("add-title").textContent = title;
  $("keep").textContent = button;
  show($("discard"), editing);
}

function clear() {
  replaced = null;
  $("form").reset();
  box.value = "";
  $("targets").placeholder = "env:MY_MAIL";
  form("Add a watch", "Add", false);
}

$("discard").addEventListener("click", clear);
$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  problem(null);
  const name = $("name").value.trim();
  try {
    const path = `/v1/watches/${encodeURIComponent(name)}`;
    const editing = name === replaced?.name;
    try { await putJson(editing ? path : `${path}?replace=false`, content(editing)); } catch (error) {
      if (error.status !== 409 || !confirm(`There is a watch ${name}. Put this one in its place?`)) throw error;
      await putJson(path, content(false));
    }
    clear();
    $("told").textContent = `Watching ${name}.`;
    await begin();
  } catch (error) { problem(error); scrollTo(0, 0); }
});

// What is asked; parameters of a setup stay where the setup does, targets where none is given.
function content(editing) {
  const setup = $("setup").value || null;
  const targets = $("targets").value.split("\n").map((line) => line.trim()).filter(Boolean);
  const asked = { where: box.value || null, setup, leave: $("leave").value.trim() || null, symbols: list($("symbols").value), on: $("on").value.split(","), schedule: $("schedule").value, quiet: $("quiet").value.trim() || null, chart: $("chart").checked };
  for (const field of NUMBERS) if ($(field).value) asked[field] = Number($(field).value);
  if (editing && setup && replaced.setup === setup) asked.parameters = replaced.parameters;
  if (targets.length) asked.targets = targets;
  return asked;
}

$("words-open").addEventListener("click", (event) => { event.preventDefault(); openWords((name) => box.insert(name)); });
getJson("/v1/setups").then(({ setups }) => { const chosen = $("setup").value; $("setup").append(...setups.map((one) => h("option", { value: one.name, title: one.meaning }, one.title))); $("setup").value = chosen; }).catch(problem);
await begin().catch(problem);
