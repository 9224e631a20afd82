// The page Data: where bars come from, what is stored, and how to begin.
import { getJson, may, postJson, put as putFile, remove } from "./api.js";
import { $, facts, h, problem, put, s, show, table } from "./dom.js";
import { amount, moment, number, whole } from "./format.js";
import { drawProgress, ended, follow, sentence } from "./job.js";
import { syncPlan } from "./sync_plan.js";

async function begin() {
  const [data, jobs] = await Promise.all([getJson("/v1/data"), getJson("/v1/jobs?limit=25")]);
  show($("begin"), !jobs.some((job) => job.kind === "scan" && job.state === "done"));
  source(data);
  sync(data);
  uploads(data);
  problems(data);
  drawJobs(jobs);
  coverage(await getJson("/v1/data/coverage"), data);
  await syncPlan(data);
}

function source(data) {
  const store = data.store;
  put($("source"),
    h("p", { class: "big" }, data.provider, data.simulated ? h("span", { class: "flag" }, "SIMULATED") : null),
    data.data ? h("p", { class: "small muted" }, `from ${data.data}`) : null,
    store ? facts([["Bars", whole(store.bars)], ["Symbols", whole(store.symbols)], ["Sessions", store.first ? `${store.first} to ${store.last}` : "–"], ["Whole-market days", whole(store.market_days)], ["Splits", whole(store.splits)], ["Dividends", whole(store.dividends)], ["Files", `${whole(store.bar_files)}, ${amount(store.bar_bytes)}B`]])
      : data.trouble ? h("p", { class: "bad" }, `${data.trouble}.`)
      : h("p", { class: "muted" }, data.provider === "demo" ? "The demo market is computed, so nothing is stored." : data.provider === "files" ? "Bars are read from files, so nothing is stored." : "Nothing is stored yet: a sync brings the bars."));
}

function sync(data) {
  const last = data.last_sync;
  const said = last ? h("p", { class: "small" }, `Last: ${moment(last.finished_at)}, ${brought(last.outcome ?? {})}.`) : h("p", { class: "small muted" }, "No sync has run here yet.");
  if (!may("admin")) { put($("sync-body"), said, h("p", { class: "muted small" }, "A key with the scope admin starts syncs.")); return; }
  const vendor = h("select", { id: "vendor" }, data.vendors.map((name) => h("option", { value: name, selected: name === data.provider }, name)));
  const form = h("form", { class: "field-line" }, h("label", { for: "vendor" }, "Vendor"), vendor, h("button", { type: "submit" }, "Start a sync"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem(null);
    try {
      const job = await postJson("/v1/syncs", { provider: vendor.value });
      const done = await run(job, "sync", "jobs");
      if (done.state !== "done") problem(ended(done));
      await begin();
    } catch (error) { problem(error); }
  });
  put($("sync-body"), said, form);
}

async function run(job, name, kind) {
  show($(`${name}-progress`), true);
  try {
    return await follow(job.id, (now) => drawProgress(now, $(`${name}-said`), $(`${name}-bar`)), kind);
  } finally { show($(`${name}-progress`), false); }
}

function uploads(data) {
  const rows = data.uploads.map((name) => [name, h("a", { href: `/scan?data=${encodeURIComponent(name)}` }, "scan its bars"), may("admin") ? h("button", { type: "button", class: "link", onclick: () => remove(`/v1/uploads/${encodeURIComponent(name)}`).then(begin, problem) }, "delete") : ""]);
  const pick = h("input", { id: "upload", type: "file", accept: ".csv,.txt,.parquet,.gz" });
  const said = h("p", { class: "small", role: "status" });
  pick.addEventListener("change", async () => {
    const file = pick.files[0];
    if (!file) return;
    const name = file.name.replace(/[^A-Za-z0-9 _.-]/g, "_");
    said.textContent = `Uploading ${name} (${amount(file.size)}B) …`;
    try { await putFile(`/v1/uploads/${encodeURIComponent(name)}`, file); await begin(); } catch (error) { said.textContent = error.message; said.className = "small bad"; }
  });
  put($("uploads-body"),
    rows.length ? table(["File", "", ""], rows, { caption: "Uploads", words: true }) : h("p", { class: "muted" }, "No file yet."),
    may("admin") ? [h("p", { class: "field" }, h("label", { for: "upload" }, "Add a file"), pick), said, h("p", { class: "small muted" }, "CSV, text or Parquet: bars, listings or lists of symbols. Up to 256 MiB each, 50 files, 2 GiB together, unless the service says otherwise.")] : h("p", { class: "muted small" }, "A key with the scope admin uploads files."));
}

function problems(data) {
  put($("problems"), data.problems.length ? h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Problem symbols" }, table(["Symbol", "Reason", "Asked again from"], data.problems.map((one) => [one.symbol, one.reason, moment(one.until)]), { caption: "Problem symbols", words: true })) : h("p", { class: "muted" }, "None: no symbol of the store is set aside."));
}

function drawJobs(jobs) {
  const rows = jobs.map((job) => [moment(job.created_at), job.kind, h("span", { class: { done: "up", failed: "down" }[job.state] ?? "" }, job.state), said(job), next(job)]);
  put($("jobs"), rows.length ? table(["Asked", "Kind", "State", "What it came to", ""], rows, { caption: "Jobs", words: true }) : h("p", { class: "muted" }, "Nothing has run yet."));
}

function said(job) {
  if (["queued", "running"].includes(job.state)) return sentence(job);
  if (job.message) return job.message;
  return job.outcome?.headline ?? (job.kind === "sync" && job.outcome ? brought(job.outcome) : "");
}

const brought = ({ bars, requests }) => `${whole(bars)} ${bars === 1 ? "bar" : "bars"} in ${whole(requests)} ${requests === 1 ? "request" : "requests"}`;

// What can be done about a job: its result opened, or the job queued once more.
function next(job) {
  if (job.kind === "watch" && job.state === "done") return h("a", { href: "/watches" }, "open");
  if (job.kind !== "sync" && job.state === "done") return h("a", { href: `/${job.kind}?id=${job.id}` }, "open");
  if (!["interrupted", "failed", "cancelled"].includes(job.state) || !may(job.kind === "sync" ? "admin" : "run")) return "";
  return h("button", { type: "button", class: "link", onclick: () => postJson(`/v1/jobs/${job.id}/resume`, {}).then(begin, problem) }, "run again");
}

// Sessions along, the share of symbols up: what the store can answer without a request.
function coverage(answer) {
  const { sessions, share } = answer;
  if (!sessions.length) { put($("coverage"), h("p", { class: "muted" }, "There is no store here; it fills when a vendor is synced.")); return; }
  const wide = 1000, high = 120, step = wide / sessions.length;
  const points = share.map((value, i) => `M${(i * step).toFixed(2)} ${high}v${(-value * (high - 4)).toFixed(2)}h${Math.max(step - (step > 3 ? 0.6 : 0), 0.4).toFixed(2)}V${high}z`).join("");
  const mean = share.reduce((sum, value) => sum + value, 0) / share.length;
  put($("coverage"),
    h("p", { class: "small muted" }, `${sessions[0]} to ${sessions.at(-1)}: on average ${number(100 * mean, 1)} % of ${whole(answer.symbols)} symbols a session`),
    s("svg", { class: "coverage", viewBox: `0 0 ${wide} ${high}`, preserveAspectRatio: "none", role: "img", "aria-label": `Coverage of ${sessions.length} sessions, ${number(100 * mean, 1)} % on average` }, s("rect", { width: wide, height: high, class: "track" }), s("path", { d: points })),
    h("details", { class: "small" }, h("summary", {}, "The data as a table"), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Coverage, data" }, table(["Session", "Share of symbols"], sessions.map((day, i) => [day, `${number(100 * share[i], 1)} %`]).reverse(), { caption: "Coverage" }))));
}

$("demo").addEventListener("click", async () => {
  $("demo").disabled = true;
  problem(null);
  try {
    const done = await run(await postJson("/v1/scans", { provider: "demo" }), "demo", "scans");
    if (done.state === "done") location.assign(`/scan?id=${done.id}`);
    else problem(ended(done));
  } catch (error) { problem(error); } finally { $("demo").disabled = false; }
});

await begin().catch(problem);
