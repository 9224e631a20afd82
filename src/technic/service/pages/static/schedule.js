// The page Schedule: what is next and when, what ran after each close, what changed since.
import { getJson } from "./api.js";
import { read } from "./address.js";
import { $, facts, h, problem, put, show, table } from "./dom.js";
import { day, moment, number, signed, tone, whole } from "./format.js";

const AGAIN_MS = 5000;
const STATES = { syncing: "sync", waiting: "waiting", scanning: "scans", done: "done", failed: "failed" };

async function begin() {
  const schedule = await getJson("/v1/schedule?limit=30");
  show($("schedule"), true);
  show($("off"), !schedule.on);
  $("trouble").textContent = schedule.trouble ? `The schedule cannot run now: ${schedule.trouble}` : "";
  show($("trouble"), Boolean(schedule.trouble));
  next(schedule);
  scans(schedule);
  const chosen = read().session ?? schedule.runs[0]?.session;
  runs(schedule, chosen);
  if (chosen) await run(chosen);
  const active = schedule.runs.some((one) => !["done", "failed"].includes(one.state));
  if (active) setTimeout(() => { if (document.hidden) addEventListener("visibilitychange", () => begin().catch(problem), { once: true }); else begin().catch(problem); }, AGAIN_MS);
}

const clocks = (at) => [at.new_york, " New York", h("br"), h("span", { class: "muted" }, moment(at.utc))];

function next({ next: due, syncs, provider, simulated, now }) {
  if (!due) { put($("next"), h("p", { class: "muted" }, "Nothing is due.")); return; }
  put($("next"),
    h("p", { class: "big" }, day(due.session), simulated ? h("span", { class: "flag" }, "SIMULATED") : null),
    facts([["The exchange closes", clocks(due.closes)], [syncs ? `${provider} has the session` : "The files are read", clocks(due.due)], ["That is in", span(now.utc, due.due.utc)], ["Then", syncs ? "a sync, the scans, what changed" : "the scans, what changed"]]));
}

function span(from, to) {
  const minutes = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 60000));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  return days ? `${days} d ${hours} h` : hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

function scans({ scans: all }) {
  const asks = ({ keys }) => (Object.keys(keys).length ? h("code", {}, Object.entries(keys).map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join("; ")) : h("span", { class: "muted" }, "everything, as technic scan does it"));
  put($("scans"), all.length ? table(["Scan", "What it asks"], all.map((one) => [one.name, asks(one)]), { caption: "Scans", words: true }) : h("p", { class: "muted" }, "None."), h("p", { class: "small muted after" }, "schedule.toml in TECHNIC_HOME names them, or TECHNIC_SERVICE_SCHEDULE_SETUPS."));
}

const state = (text) => h("span", { class: { done: "up", failed: "down" }[text] ?? "" }, STATES[text] ?? text);

function runs({ runs: all }, chosen) {
  const rows = all.map((one) => [
    h("a", { href: `/schedule?session=${one.session}`, "aria-current": one.session === chosen ? "true" : null }, one.session),
    state(one.state),
    one.sync ? [one.sync.state, one.sync.outcome?.requests === undefined ? "" : `, ${whole(one.sync.outcome.requests)} requests`] : "–",
    one.scans.length ? `${one.scans.filter((scan) => scan.state === "done").length} of ${one.scans.length}` : "–",
    said(one),
    moment(one.ended?.utc ?? one.began.utc),
  ]);
  put($("runs"), rows.length ? h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Runs" }, table(["Session", "State", "Sync", "Scans", "What was said", "At"], rows, { caption: "Runs", words: true })) : h("p", { class: "muted" }, "Nothing has run yet."));
}

function said(one) {
  const parts = [one.message];
  if (one.retry) parts.push(`attempt ${one.attempt + 1} of ${one.attempts} at ${moment(one.retry.utc)}`);
  if (one.missed) parts.push(`${one.missed} ${one.missed === 1 ? "session" : "sessions"} before it had no run`);
  return parts.filter(Boolean).join("; ");
}

async function run(session) {
  show($("run-card"), true);
  $("run-title").textContent = `Run of ${session}`;
  let found;
  try { found = await getJson(`/v1/schedule/${encodeURIComponent(session)}`); } catch (error) { put($("run"), h("p", { class: "muted" }, error.message)); return; }
  put($("run"),
    h("p", { class: "small muted" }, `Due ${found.due.new_york} New York, began ${moment(found.began.utc)}${found.ended ? `, ended ${moment(found.ended.utc)}` : ""}. ${said(found)}`),
    found.scans.length ? found.scans.map(scan) : h("p", {}, found.state === "failed" ? "No scan ran." : "The scans wait for the session."));
}

function scan(one) {
  const open = one.state === "done" ? h("a", { href: `/scan?id=${one.job}` }, "open the result") : null;
  return h("section", { class: "condition" },
    h("h3", {}, one.name, " ", h("small", {}, state(one.state))),
    h("p", { class: "figures" }, one.kept === null ? null : h("span", {}, `${whole(one.kept)} in the table`), changed(one.counts), open),
    one.message ? h("p", { class: "small bad" }, one.message) : null,
    one.problem ? h("p", { class: "small muted" }, `Not compared: ${one.problem}.`) : null,
    one.before_session ? h("p", { class: "small muted" }, `Compared with ${one.before_session}.`) : one.state === "done" ? h("p", { class: "small muted" }, "The first result of this name.") : null,
    one.warnings.map((text) => h("p", { class: "small muted" }, text)),
    lists(one));
}

const changed = (counts) => (counts ? [h("span", { class: "up" }, `+${whole(counts.entered)} entered`), h("span", { class: "down" }, `−${whole(counts.left)} left`), h("span", {}, `${whole(counts.moved)} moved`), h("span", { class: "muted" }, `${whole(counts.unchanged)} unchanged`)] : null);

function lists(one) {
  if (!one.changes) return null;
  return [["entered", "Entered"], ["left", "Left"], ["moved", "Moved"]].filter(([name]) => one.changes[name]?.length).map(([name, heading]) =>
    h("details", { open: name !== "moved" }, h("summary", {}, `${heading}, ${whole(one.counts[name])}${one.counts[name] > one.changes[name].length ? `, the first ${one.changes[name].length}` : ""}`),
      h("p", { class: "names" }, one.changes[name].map((change) => [h("span", {}, symbol(one, name, change), rating(change)), " "]))));
}

const symbol = (one, name, change) => h("a", { href: `/symbols/${encodeURIComponent(change.symbol)}?id=${name === "left" ? one.before : one.job}`, title: change.reason }, change.symbol);

function rating(change) {
  if (change.tech_rating === null) return "";
  if (change.tech_rating_before === null) return h("small", { class: "muted" }, ` ${number(change.tech_rating, 1)}`);
  const gained = change.tech_rating - change.tech_rating_before;
  return h("small", { class: tone(gained) }, ` ${signed(gained, 1)}`);
}

await begin().catch(problem);
