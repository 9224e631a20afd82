// The page Market: what the latest scan says of the market.
import { getJson } from "./api.js";
import { read } from "./address.js";
import { $, h, problem, put, show, table } from "./dom.js";
import { drawing } from "./drawing.js";
import { amount, moment, number, price, signed, tone, whole, words } from "./format.js";
import { nothingYet, strip } from "./frame.js";
import { lines } from "./lines.js";

const percent = (value) => (value === null ? "–" : `${number(value, 0)} %`);

async function begin() {
  if (nothingYet()) { show($("empty"), true); return; }
  let market;
  try { market = await getJson(`/v1/scans/${encodeURIComponent(read().id ?? "latest")}/market`); } catch (error) { problem(error); return; }
  strip(market);
  show($("market"), true);
  regime(market);
  breadth(market.breadth);
  sectors(market);
  top(market);
  await difference(market.id);
}

function regime({ regime: found, breadth: b, ledger }) {
  const last = (name) => b[name].at(-1);
  put($("regime"),
    h("p", { class: "big" }, `${found.trend} · ${found.volatility}`),
    h("p", { class: "muted small" }, found.detail),
    h("dl", { class: "facts" }, [
      ["Above their 50-day average", share(last("above_50"), last("of_50"))],
      ["Above their 200-day average", share(last("above_200"), last("of_200"))],
      ["New highs / new lows", `${whole(last("new_highs"))} / ${whole(last("new_lows"))}`],
      ["Kept by the scan", whole(ledger.kept ?? 0)],
      ["Measured on", found.source],
    ].map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

const share = (part, all) => (all ? `${number((100 * part) / all, 0)} % of ${whole(all)}` : "–");

function breadth(b) {
  const ratio = (part, all) => part.map((value, i) => (all[i] ? (100 * value) / all[i] : null));
  lines($("averages-chart"), "Share of symbols above their averages", b.session, [
    { name: "50 days", tint: "first", values: ratio(b.above_50, b.of_50) },
    { name: "200 days", tint: "second", values: ratio(b.above_200, b.of_200) },
  ], { said: percent, ceiling: 100 });
  const counted = (values) => values.map((value, i) => (b.of_year[i] ? value : null));
  lines($("extremes-chart"), "New highs and lows of a year", b.session, [
    { name: "new highs", tint: "up", values: counted(b.new_highs) },
    { name: "new lows", tint: "down", values: counted(b.new_lows) },
  ], { said: (value) => (value === null ? "–" : whole(value)) });
}

function sectors(market) {
  if (!market.sectors.length) { put($("sectors"), h("p", { class: "muted" }, "The universe of this scan names no sectors.")); return; }
  const open = (sector) => location.assign(`/scan?id=${market.id}&f.sector=${encodeURIComponent(sector)}`);
  drawing($("sectors"), `/v1/scans/${market.id}/drawings/sectors`, open).catch(problem);
  const rows = market.sectors.map((one) => [h("a", { href: `/scan?id=${market.id}&f.sector=${encodeURIComponent(one.sector)}` }, one.sector), whole(one.symbols), one.market_cap === null ? "–" : `$${amount(one.market_cap)}`, h("span", { class: tone(one.change_pct) }, `${signed(one.change_pct)} %`), `${signed(one.return_21_pct, 1)} %`, number(one.tech_rating, 1)]);
  put($("sectors-table"), h("details", { class: "small" }, h("summary", {}, "The data as a table"), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Sectors" }, table(["Sector", "Symbols", "Market cap", "Day", "Month", "Rating"], rows, { caption: "Sectors" }))));
}

function top(market) {
  $("top-link").href = `/scan?id=${market.id}`;
  const rows = market.top.map((row) => [link(row.symbol, market.id), number(row.tech_rating, 1), h("span", { class: `signal ${row.signal}` }, words(row.signal)), price(row.close), h("span", { class: tone(row.return_1_pct) }, row.return_1_pct === undefined ? "" : `${signed(row.return_1_pct)} %`), row.rs_rating === undefined ? "" : number(row.rs_rating, 0)]);
  put($("top"), rows.length ? h("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": "First rows" }, table(["Symbol", "Rating", "Signal", "Price", "Change", "RS"], rows, { caption: "The first rows of the last scan" })) : h("p", { class: "muted" }, market.view ? "Nothing in view passed; the ledger says why." : "Nothing passed; the ledger says why."), market.view ? h("p", { class: "small muted" }, `In view: ${market.view}.`) : []);
}

const link = (symbol, id) => h("a", { href: `/symbols/${encodeURIComponent(symbol)}?id=${id}` }, symbol);

// The scan before that asked the same: any other would differ for that reason alone.
async function difference(identity) {
  const jobs = await getJson("/v1/jobs?kind=scan&state=done&limit=50").catch(() => []);
  const at = jobs.findIndex((job) => job.id === identity);
  const asked = JSON.stringify(jobs[at]?.request);
  const before = jobs.slice(at + 1).find((job) => JSON.stringify(job.request) === asked);
  if (at < 0 || !before) { put($("diff"), h("p", { class: "muted" }, "There is no earlier scan that asked the same.")); return; }
  let found;
  try { found = await getJson(`/v1/diff?before=${before.id}&after=${identity}&limit=12`); } catch (error) { put($("diff"), h("p", { class: "muted" }, error.message)); return; }
  const { counts } = found;

  put($("diff"),
    h("p", { class: "small muted" }, `${before.outcome?.as_of ?? ""} (${moment(before.finished_at)}) → ${jobs[at].outcome?.as_of ?? ""}`),
    h("p", { class: "figures" }, h("span", { class: "up" }, `+${whole(counts.entered)} entered`), h("span", { class: "down" }, `−${whole(counts.left)} left`), h("span", {}, `${whole(counts.moved)} moved`), h("span", { class: "muted" }, `${whole(counts.unchanged)} unchanged`)),
    [["entered", "Entered"], ["left", "Left"], ["moved", "Moved"]].filter(([name]) => found[name].length).map(([name, heading]) => [h("h3", {}, heading), h("p", { class: "names" }, found[name].map((change) => [link(change.symbol, name === "left" ? before.id : identity), change.rating_change === null || change.rating_change === undefined ? "" : h("small", { class: tone(change.rating_change) }, ` ${signed(change.rating_change, 1)}`), " "]))]));

}

await begin();
