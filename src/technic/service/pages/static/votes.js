// The 26 votes of the technical rating: word, sign and colour say the same.
import { h, put } from "./dom.js";
import { signed, words } from "./format.js";

const SIGNS = { 1: ["▲", "buy", "up"], 0: ["•", "neutral", "flat"], "-1": ["▼", "sell", "down"] };

export function drawVotes(place, rated) {
  if (!rated) { put(place, h("p", { class: "muted" }, "It was not scored, so nothing votes.")); return; }
  const groups = [...new Set(rated.votes.map((one) => one.group))];
  const counts = [1, 0, -1].map((vote) => rated.votes.filter((one) => one.vote === vote).length);
  put(place,
    h("p", { class: "big" }, words(rated.status), h("small", { class: "muted" }, ` ${counts[0]} buy, ${counts[1]} neutral, ${counts[2]} sell · ${signed(rated.rating)} on −1 to +1`)),
    groups.map((group) => [h("h3", {}, `${group[0].toUpperCase()}${group.slice(1)}s`), h("ul", { class: "votes" }, rated.votes.filter((one) => one.group === group).map((one) => {
      const [sign, word, tint] = SIGNS[one.vote] ?? ["?", "not known", "flat"];
      return h("li", { class: `vote ${tint}` }, h("span", { "aria-hidden": "true" }, sign), ` ${one.label} `, h("span", { class: "vote-word" }, word));
    }))]).flat());
}
