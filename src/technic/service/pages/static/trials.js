// The ledger of trials: what was tried on which data, and whether anything in it was changed.
import { h, put, scroll, table } from "./dom.js";
import { moment, number, whole, words } from "./format.js";

export function drawTrials(place, ledgers) {
  if (!ledgers.length) { put(place, h("p", { class: "muted" }, "Nothing was tried yet. Every study is written here, and each verdict is held to what luck reaches in as many trials.")); return; }
  const rows = ledgers.map((one) => [one.provider, one.universe, whole(one.studies), whole(one.trials), number(one.luck_bar, 1), checked(one)]);
  put(place,
    scroll("Ledgers of trials", table(["Data", "Universe", "Studies", "Trials", "Luck reaches t", "Check"], rows, { caption: "Ledgers of trials", words: true })),
    ledgers.map((one) => h("details", { class: "small" }, h("summary", {}, `The last studies on ${one.provider}, ${one.universe}`), scroll(`Trials on ${one.provider}`, table(["No.", "Written", "Tried", "Days", "Trials", "In all", "Hash"], one.records.map(record), { caption: `Trials on ${one.provider}`, words: true })))));
}

function checked(one) {
  if (!one.sound) return h("strong", { class: "bad" }, `broken at line ${one.broken}: ${one.reason}`);
  return h("span", { class: "good" }, one.torn ? "✓ sound; its last line was not written to its end" : "✓ sound, every link holds");
}

const MOST_NAMES = 3;

function tried({ names, command }) {
  if (names.length > MOST_NAMES) return h("span", { title: words(names.join(", ")) }, `${whole(names.length)} setups`);
  const where = asked(command).where;
  return names.map((name, i) => [i ? ", " : "", name === "where" && where ? h("code", {}, where) : /^[a-z0-9_]+$/.test(name) ? words(name) : name]); // a sweep is a sentence
}

// The keys of a study that was asked for here: its command is the request.
function asked(command) {
  try { return JSON.parse(command.slice(command.indexOf("{"))); } catch { return {}; }
}

const record = (one) => [whole(one.number), moment(one.at), tried(one), `${one.first} to ${one.last}`, whole(one.trials), whole(one.total), h("code", { title: one.hash }, one.hash.slice(0, 12))];
