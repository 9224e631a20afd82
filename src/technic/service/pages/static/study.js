// The page Study: what is asked, how far it is, the verdicts, past studies, the ledger of trials.
import { getJson, may, postJson, query, remove } from "./api.js";
import { list, read, write } from "./address.js";
import { Chips, KINDS } from "./chips.js";
import { $, h, problem, put, scroll, show, table } from "./dom.js";
import { ExpressionBox } from "./expression.js";
import { moment, whole, words } from "./format.js";
import { stripStudy } from "./frame.js";
import { active, drawProgress, ended, follow } from "./job.js";
import { SetupTicks } from "./setup_ticks.js";
import { drawTrials } from "./trials.js";
import { counted, drawVerdicts } from "./verdicts.js";
import { openWords } from "./word_list.js";

const MOST = 20;
const NUMBERS = ["horizon", "life", "hold", "delisting_return"];
const FIELDS = ["from", "to", ...NUMBERS];
const KNOWN = ["where", "setup", ...FIELDS, ...KINDS.map((kind) => kind.key)];
const box = new ExpressionBox((text) => { write({ where: text }); ticks.draw(Boolean(box.value)); });
const chips = new Chips($("chips"), (key, value) => write({ [key]: value }), ["as_of", "facts"]);
const ticks = new SetupTicks((chosen) => write({ setup: chosen.join(",") }));
let running = null;

async function begin() {
  show($("run"), may("run"));
  if (!may("run")) $("ask-said").textContent = "A key with the scope run starts studies.";
  await recall();
  const state = read();
  for (const name of FIELDS) {
    $(name).value = state[name] ?? "";
    $(name).addEventListener("change", () => write({ [name]: $(name).value }));
  }
  if (!box.touched) box.value = state.where ?? "";
  chips.set(state);
  getJson("/v1/setups").then(({ setups }) => ticks.fill(setups, list(state.setup), Boolean(box.value))).catch(problem);
  const studies = await refresh();
  const own = studies.find((one) => one.state === "running") ?? studies.find(active);
  if (own) await watch(own).catch(problem);
}

// A link that names a study alone: the form shows what it asked.
async function recall() {
  const state = read();
  if (!state.id || KNOWN.some((name) => name in state)) return;
  await getJson(`/v1/studies/${encodeURIComponent(state.id)}`).then((study) => write(keysOf(study)), () => { /* the list says what is wrong with its id */ });
}

async function refresh() {
  const [studies, trials] = await Promise.all([getJson(`/v1/studies?limit=${MOST}`), getJson("/v1/trials?limit=20")]);
  drawStudies(studies);
  drawTrials($("trials"), trials.ledgers);
  await choose(studies);
  return studies;
}

// The study of the address, else the last one that is done.
async function choose(studies) {
  const wanted = read().id;
  let study = studies.find((one) => (wanted ? one.id === wanted : one.state === "done"));
  if (!study && wanted) study = await getJson(`/v1/studies/${encodeURIComponent(wanted)}`).catch((error) => { problem(error); return null; });
  const there = study?.state === "done";
  show($("verdicts-card"), there);
  if (!there) return;
  stripStudy(study.outcome);
  drawVerdicts(study);
  for (const row of document.querySelectorAll("#studies a[data-study]")) row.toggleAttribute("aria-current", row.dataset.study === study.id);
}

function asked() {
  const keys = { ...chips.asked() };
  if (box.value) keys.where = box.value;
  if (ticks.chosen.length) keys.setup = ticks.chosen;
  for (const name of FIELDS) if ($(name).value) keys[name] = NUMBERS.includes(name) ? Number($(name).value) : $(name).value;
  return keys;
}

async function run(event) {
  event.preventDefault();
  if (running?.mine) return;
  problem(null);
  try { await watch(await postJson("/v1/studies", asked()), true); } catch (error) { problem(error); }
}

// Follows a study to its end; one that was asked for here is then shown. Whoever finds one that
// runs may ask for another, which waits and is followed instead.
async function watch(job, mine = false) {
  running = { id: job.id, mine };
  const here = running;
  show($("run"), may("run") && !mine); show($("cancel"), may("run")); show($("progress"), true);
  try {
    const done = await follow(job.id, (now) => { if (running === here) drawProgress(now, $("progress-said"), $("progress-bar")); }, "studies");
    if (running !== here) return;
    if (done.state === "done" && mine) write({ id: done.id }, { push: true });
    else if (done.state !== "done") problem(ended(done));
  } finally {
    if (running === here) {
      running = null;
      show($("run"), may("run")); show($("cancel"), false); show($("progress"), false);
      await refresh();
    }
  }
}

function drawStudies(studies) {
  if (!studies.length) { put($("studies"), h("p", { class: "muted" }, "No study has run here yet. Choose setups, or write an expression, and press Study.")); return; }
  const rows = studies.map((one) => [
    h("a", { href: `/study${query({ ...keysOf(one), id: one.id })}`, "data-study": one.id }, moment(one.created_at)),
    what(one.request), one.outcome ? `${one.outcome.first} to ${one.outcome.last}` : days(one.request),
    one.outcome ? whole(one.outcome.horizon) : one.request.horizon ?? "21",
    said(one), files(one),
  ]);
  put($("studies"), scroll("Past studies", table(["Asked", "Of", "Days", "Over", "What it came to", "Files"], rows, { caption: "Past studies", words: true })));
}

const what = (asks) => (asks.setup?.length ? words([asks.setup].flat().join(", ")) : asks.where ? h("code", {}, asks.where) : "all setups");
const days = (asks) => [asks.from, asks.to].filter(Boolean).join(" to ") || "a year";

function said(one) {
  if (one.state === "done") return [one.outcome.simulated ? [h("span", { class: "flag" }, "SIMULATED"), " "] : null, counted(one.outcome.verdicts)];
  const again = may("run") && !active(one) ? h("button", { type: "button", class: "link", onclick: () => resume(one) }, "run again") : null;
  return [h("span", { class: one.state === "failed" ? "down" : "" }, one.state), one.message && one.message !== one.state ? `: ${one.message}` : "", again ? [" ", again] : ""];
}

function files(one) {
  if (one.state !== "done") return "";
  if (!one.kept) return h("span", { class: "muted" }, "no longer kept");
  return [h("a", { href: `/v1/studies/${one.id}/report` }, "report"), " ", h("a", { href: `/v1/studies/${one.id}/hits?format=parquet` }, "Parquet")];
}

async function resume(one) {
  if (running?.mine) return;
  problem(null);
  try { await watch(await postJson(`/v1/studies/${one.id}/resume`, {}), true); } catch (error) { problem(error); }
}

// What a study asked, as the address has it.
function keysOf({ request }) {
  return Object.fromEntries(Object.entries(request).filter(([name]) => KNOWN.includes(name)).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : String(value)]));
}

$("ask").addEventListener("submit", run);
$("cancel").addEventListener("click", () => running && remove(`/v1/studies/${running.id}`).catch(problem));
$("words-open").addEventListener("click", (event) => { event.preventDefault(); openWords((text) => box.insert(text)); });
addEventListener("popstate", () => location.reload());

await begin().catch(problem);
