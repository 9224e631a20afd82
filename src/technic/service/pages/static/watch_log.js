// The log of watches as tables: who came and went, each session that was judged, each message.
import { h, put, scroll, table } from "./dom.js";
import { moment, whole } from "./format.js";

const KINDS = { enter: "entered", leave: "left", cannot_run: "cannot run", runs_again: "runs again" };
const TONES = { enter: "up", leave: "down", cannot_run: "bad" };
const STATES = { sent: "up", failed: "bad" };

export function drawLog(place, { events, judgings, deliveries }) {
  put(place,
    part("Entered, left, in trouble", events.length, () => table(["Session", "Watch", "What", "With"], events.map(event), { caption: "Events", words: true }), "Nobody entered or left yet."),
    part("Sessions judged", judgings.length, () => table(["Session", "Watch", "Judged", "Matches", "Entered", "Left", "Note", "At"], judgings.map(judging), { caption: "Sessions judged", words: true }), "No session was judged yet."),
    part("Messages", deliveries.length, () => table(["Made", "Watch", "Target", "Events", "State", "Attempts", "Why not"], deliveries.map(delivery), { caption: "Messages", words: true }), "Nothing was to be sent yet."));
}

const part = (heading, count, content, none) => h("section", { class: "condition" }, h("h3", {}, heading), count ? scroll(heading, content(), true) : h("p", { class: "muted" }, none));

const event = (one) => [
  one.session,
  one.watch,
  [one.symbol ? [h("a", { href: `/symbols/${encodeURIComponent(one.symbol)}` }, one.symbol), " "] : null, h("span", { class: TONES[one.kind] ?? "" }, KINDS[one.kind] ?? one.kind), one.simulated ? [" ", h("span", { class: "flag" }, "SIMULATED")] : null],
  [one.reason, ...Object.entries(one.values).map(([name, value]) => `${name}: ${value}`), one.since ? `in since ${one.since}` : null].filter(Boolean).join("; "),
];

const judging = (one) => [one.session, one.watch, whole(one.judged), whole(one.matches), whole(one.entered), whole(one.left), one.note, moment(one.at)];

const delivery = (one) => [moment(one.at), one.watch, one.target, whole(one.events), h("span", { class: STATES[one.state] ?? "" }, one.state), whole(one.attempts), one.error ?? ""];
