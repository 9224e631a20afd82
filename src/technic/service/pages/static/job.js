// A job followed by its server-sent events, until it ends; looked at now and then where too many follow.
import { getJson } from "./api.js";

const STATES = ["queued", "running", "done", "failed", "cancelled", "interrupted"];
const ENDS = new Set(STATES.slice(2));

export const active = (job) => !ENDS.has(job.state);

export function follow(identity, told, kind = "scans") {
  return new Promise((resolve, reject) => {
    const stream = new EventSource(`/v1/${kind}/${identity}/events`);
    let failures = 0;
    for (const state of STATES) {
      stream.addEventListener(state, (event) => {
        failures = 0;
        const job = JSON.parse(event.data);
        told(job);
        if (ENDS.has(job.state)) { stream.close(); resolve(job); }
      });
    }
    stream.onerror = () => { // the browser opens it again by itself, a few times, unless it was refused
      if (stream.readyState === EventSource.CLOSED) { look(identity, told, kind).then(resolve, reject); return; }
      failures += 1;
      if (failures > 5) { stream.close(); reject(new Error("the service does not answer; load the page again")); }
    };
  });
}

async function look(identity, told, kind) {
  for (;;) {
    const job = await getJson(`/v1/${kind}/${identity}`);
    told(job);
    if (ENDS.has(job.state)) return job;
    await new Promise((passed) => { setTimeout(passed, 2000); });
  }
}

const STAGES = { universe: "Listing the universe", prescreen: "Pre-screen", fetch: "Bars", scan: "Scanning", market: "Ranking", table: "Ranking", replay: "Scanning past days", outcomes: "Judging hits, blocks of symbols", save: "Saving" };

export function sentence(job) {
  if (job.state === "queued") return job.place ? `Waiting, ${job.place} ahead` : "Waiting";
  const progress = job.progress;
  if (!progress) return "Starting";
  const stage = STAGES[progress.stage] ?? progress.stage;
  return progress.total > 1 ? `${stage}: ${progress.done.toLocaleString("en-US")} of ${progress.total.toLocaleString("en-US")}` : stage;
}

// Says how far a job is, in words and as a bar.
export function drawProgress(job, said, bar) {
  said.textContent = sentence(job);
  if (job.progress?.total > 1) bar.value = job.progress.done / job.progress.total;
  else bar.removeAttribute("value");
}

export const ended = (job) => new Error(`The ${job.kind} is ${job.state}${job.message ? `: ${job.message}` : ""}`);
