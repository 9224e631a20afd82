// What a study came to: its verdicts in words, the numbers that they are about, where the files are.
import { $, facts, h, put, scroll, table } from "./dom.js";
import { moment, number, signed, tone, whole, words } from "./format.js";

const WORDS = { better: ["better", "up"], worse: ["worse", "down"], luck: ["no more than luck", ""], none: ["without effect", ""], too_few: ["too few to say", "muted"] };
const ORDER = Object.keys(WORDS);

export const counted = (verdicts) => ORDER.filter((word) => verdicts[word]).map((word) => `${whole(verdicts[word])} ${WORDS[word][0]}`).join(", ") || "no hits";

export function drawVerdicts(study) {
  const { outcome } = study;
  put($("taken"), study.kept
    ? [["report", "Report", null], ["hits?format=parquet", "Hits as Parquet", ""], ["result", "JSON", `technic-study-${study.id.slice(0, 8)}.json`]].map(([path, label, file]) => h("a", { href: `/v1/studies/${study.id}/${path}`, download: file }, label))
    : h("span", { class: "muted" }, "its files are no longer kept"));
  const { trials } = outcome;
  put($("verdicts"),
    outcome.simulated ? h("p", {}, h("span", { class: "flag" }, "SIMULATED"), " These prices are made up: so is what they are worth.") : null,
    facts([
      ["Asked", moment(study.created_at)],
      ["Days", `${outcome.first} to ${outcome.last}`],
      ["Judged over", `${whole(outcome.horizon)} ${outcome.horizon === 1 ? "session" : "sessions"}`],
      ["Among", `${whole(outcome.universe)} symbols of ${outcome.data}`],
      ["Trials", `${whole(trials.total)} on these data, ${whole(trials.of_this_study)} of them here; luck alone reaches t ${number(trials.luck_bar, 1)}`],
    ]),
    outcome.warnings.map((text) => h("p", { class: "notice small after" }, text)),
    (outcome.ratings ?? []).map((one) => h("p", {}, h("strong", { class: WORDS[one.verdict][1] }, words(one.name)), ": ", one.says)),
    !outcome.studies.length ? null : scroll("Verdicts", table(["Setup", "Verdict", "Excess, %", "95 % interval, %", "Mean R", "Hits", "Days"], sorted(outcome.studies).map((one) => row(one, study.request.where)), { caption: "Verdicts", words: true }), true));
}

const sorted = (all) => [...all].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || b.hits - a.hits);
const percent = (value) => (value === null ? "–" : signed(100 * value));

function row(one, where) {
  const [text, tint] = WORDS[one.verdict];
  const rest = one.says.replace(/^[^:]*: /, "");
  return [
    one.name === "where" ? h("code", {}, where) : words(one.name),
    [h("strong", { class: tint }, text), h("br"), h("span", { class: "small" }, rest)],
    h("span", { class: tone(one.mean) }, percent(one.mean)),
    one.low === null ? "–" : `${percent(one.low)} to ${percent(one.high)}`,
    one.r === null ? "–" : signed(one.r), whole(one.hits), whole(one.days),
  ];
}
