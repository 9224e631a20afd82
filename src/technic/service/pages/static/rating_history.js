// What earlier scans said of a symbol, and what scans of earlier sessions say when they are run now.
import { getJson, may, postJson, query } from "./api.js";
import { $, h, problem, put, show, table } from "./dom.js";
import { number, price, whole, words } from "./format.js";
import { lines } from "./lines.js";

const SESSIONS = 20;
let stopped = true;

export async function drawHistory(symbol, scan) {
  const path = `/v1/symbols/${encodeURIComponent(symbol)}/history`;
  const load = async () => draw(symbol, await getJson(`${path}${query({ scan, sessions: SESSIONS })}`));
  const button = $("replay");
  button.addEventListener("click", async () => {
    if (!stopped) { stopped = true; return; }
    stopped = false;
    button.textContent = "Stop";
    try {
      for (let step = 0; step < SESSIONS && !stopped; step += 1) {
        const answer = await postJson(`${path}/replay${query({ scan, sessions: SESSIONS })}`, {});
        draw(symbol, answer);
        if (!answer.missing.length) break;
      }
    } catch (error) { problem(error); } finally { stopped = true; await load().catch(problem); }
  });
  await load();
}

function draw(symbol, answer) {
  const { days } = answer;
  const rated = days.filter((one) => one.compared);
  const series = [
    { name: "rating", tint: "first", values: rated.map((one) => one.tech_rating) },
    { name: "RS", tint: "fourth", values: rated.map((one) => one.rs_rating) },
  ];
  if (rated.length > 1) lines($("history-chart"), `Rating of ${symbol}`, rated.map((one) => one.as_of), series, { said: (value) => (value === null ? "–" : number(value, 0)), ceiling: 100, tabled: false });
  else put($("history-chart"), h("p", { class: "muted" }, rated.length ? "One scan so far: earlier days can be computed." : "No scan is kept."));
  const rows = [...days].reverse().map((one) => [
    one.id ? h("a", { href: `/symbols/${encodeURIComponent(symbol)}?id=${one.id}` }, one.as_of) : one.as_of,
    one.tech_rating === null ? "–" : number(one.tech_rating, 1), one.rs_rating === null ? "–" : number(one.rs_rating, 0),
    words(one.signal) || "–", price(one.close), one.place === null ? words(one.outcome) : `${whole(one.place)} of ${whole(one.rows)}`,
    one.replayed ? "computed now" : one.compared ? "this question" : "another question",
  ]);
  put($("history-table"), h("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": `Ratings of ${symbol}` }, table(["Session", "Rating", "RS", "Signal", "Price", "Row", "Scan"], rows, { caption: `What scans said of ${symbol}, newest first` })));
  const left = answer.missing.length;
  show($("replay"), Boolean(left) && may("run"));
  $("replay").textContent = stopped ? `Compute ${whole(left)} earlier ${left === 1 ? "session" : "sessions"}` : `Stop (${whole(left)} to go)`;
}
