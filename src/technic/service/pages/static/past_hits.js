// When setups hit a symbol in the studies that are kept, and what came after it.
import { getJson, query } from "./api.js";
import { $, h, put, scroll, table } from "./dom.js";
import { signed, tone, whole, words } from "./format.js";

export async function drawPastHits(symbol, scan) {
  const answer = await getJson(`/v1/symbols/${encodeURIComponent(symbol)}/hits${query({ scan })}`);
  const place = $("hits");
  if (!answer.total) {
    put(place, h("p", { class: "muted" }, answer.searched ? `None of the ${whole(answer.searched)} kept ${answer.searched === 1 ? "study" : "studies"} of these data has a hit of ${symbol}.` : "No study of these data is kept."), h("p", {}, h("a", { href: `/study${query({ symbols: symbol })}` }, `Study ${symbol}`), `: every past day is scanned, and each hit of ${symbol} is judged by what came after it.`));
    return;
  }
  const studies = Object.fromEntries(answer.studies.map((one) => [one.id, one]));
  const rows = answer.hits.map((one) => {
    const { horizon, where } = studies[one.study];
    return [one.session, one.setup === "where" ? h("code", {}, where) : words(one.setup), words(one.outcome) || "no plan",
      one.r === null ? "–" : h("span", { class: tone(one.r) }, signed(one.r)),
      one.excess === null ? "–" : [h("span", { class: tone(one.excess) }, `${signed(100 * one.excess)} %`), h("span", { class: "muted" }, ` over ${whole(horizon)}`)],
      h("a", { href: `/study?id=${one.study}`, title: `asked ${studies[one.study].asked_at.slice(0, 10)}` }, `${studies[one.study].first} to ${studies[one.study].last}`)];
  });
  const more = answer.total - answer.hits.length;
  put(place,
    h("p", { class: "small muted" }, answer.studies.some((one) => one.simulated) ? [h("span", { class: "flag" }, "SIMULATED"), " "] : null, `${whole(answer.total)} ${answer.total === 1 ? "hit" : "hits"} in ${whole(answer.studies.length)} of ${whole(answer.searched)} kept ${answer.searched === 1 ? "study" : "studies"} of these data${more ? `, the latest ${whole(answer.hits.length)}` : ""}. R is what the plan made in units of its risk; excess is the return from the next open less the mean of all symbols, over sessions.`),
    scroll(`Past hits of ${symbol}`, table(["Session", "Setup", "Plan", "R", "Excess", "Study"], rows, { caption: `Past hits of ${symbol}, newest first` }), true));
}
