// Universe and filters as chips: a label, a value, a way out.
import { getJson } from "./api.js";
import { $, h, put } from "./dom.js";
import { amount } from "./format.js";
import { popup } from "./popup.js";

const SIGNALS = ["strong_long", "long", "watch", "neutral", "avoid", "short"];

// What can be asked for: the keys are those of technic scan.
export const KINDS = [
  { key: "data", label: "Bars from", group: "Universe", uploads: true },
  { key: "universe", label: "Listings", group: "Universe", uploads: true },
  { key: "watchlist", label: "Watchlist", group: "Universe", uploads: true },
  { key: "symbols", label: "Symbols", group: "Universe", list: true, hint: "Separated by commas" },
  { key: "sector", label: "Sector", group: "Universe", list: true, from: "sector" },
  { key: "exclude_sector", label: "Without sector", group: "Universe", list: true, from: "sector" },
  { key: "exchange", label: "Exchange", group: "Universe", list: true, from: "exchange" },
  { key: "min_market_cap", label: "Market cap from", group: "Universe", number: true, unit: "$" },
  { key: "max_market_cap", label: "Market cap to", group: "Universe", number: true, unit: "$" },
  { key: "min_price", label: "Price from", group: "Filters", number: true, unit: "$" },
  { key: "max_price", label: "Price to", group: "Filters", number: true, unit: "$" },
  { key: "min_rating", label: "Rating from", group: "Filters", number: true },
  { key: "min_rs", label: "RS from", group: "Filters", number: true },
  { key: "min_dollar_volume", label: "Dollar volume from", group: "Filters", number: true, unit: "$", hint: "A day, mean of 20" },
  { key: "signal", label: "Signal", group: "Filters", list: true, choices: SIGNALS },
  { key: "facts", label: "Facts", group: "Columns", list: true, asks: "columns", hint: "Columns of facts as known on the day, separated by commas: pe_ttm, eps_growth_yoy" },
  { key: "as_of", label: "As of", group: "Day", type: "date", hint: "A past session; the last one without it" },
];
const BY_KEY = Object.fromEntries(KINDS.map((kind) => [kind.key, kind]));

export class Chips {
  // ``without``: keys that are not asked for here.
  constructor(place, changed, without = []) { this.place = place; this.changed = changed; this.kinds = KINDS.filter((kind) => !without.includes(kind.key)); this.values = {}; this.known = {}; }

  set(values) {
    this.values = Object.fromEntries(Object.entries(values).filter(([key, value]) => this.kinds.some((kind) => kind.key === key) && value !== ""));
    this.draw();
  }

  // The keys as the API takes them.
  asked() {
    return Object.fromEntries(Object.entries(this.values).map(([key, text]) => {
      const kind = BY_KEY[key];
      if (kind.number) return [key, parsed(text) ?? text];
      return [kind.asks ?? key, kind.list ? text.split(",").map((one) => one.trim()).filter(Boolean) : text];
    }));
  }

  draw() {
    const chips = Object.entries(this.values).map(([key, text]) => {
      const kind = BY_KEY[key];
      return h("span", { class: "chip" },
        h("button", { type: "button", class: "chip-text", onclick: () => this.edit(kind) }, h("span", { class: "muted" }, kind.label), ` ${said(kind, text)}`),
        h("button", { type: "button", class: "chip-out", "aria-label": `Remove ${kind.label}`, onclick: () => this.change(key, "") }, "×"));
    });
    const more = h("select", { class: "chip-more", "aria-label": "Add to universe or filters" }, h("option", { value: "" }, "+ Add"),
      [...new Set(this.kinds.map((kind) => kind.group))].map((group) => h("optgroup", { label: group }, this.kinds.filter((kind) => kind.group === group && !(kind.key in this.values)).map((kind) => h("option", { value: kind.key }, kind.label)))));
    more.addEventListener("change", () => { const kind = BY_KEY[more.value]; more.value = ""; if (kind) this.edit(kind); });
    put(this.place, chips, more);
  }

  async edit(kind) {
    const choices = await this.choices(kind);
    if (kind.uploads && !choices.length) { await popup(kind.label, [], { confirm: "Understood", note: "No file is uploaded yet: the page Data takes them." }); return; }
    const text = this.values[kind.key] ?? "";
    const field = { name: "value", label: kind.unit ? `${kind.label} (${kind.unit})` : kind.label, value: text, number: kind.number, type: kind.type, hint: kind.hint ?? (kind.number ? "2B, 10M and 5k may be written" : null), required: true };
    if (choices.length) { field.choices = choices; field.several = kind.list; field.value = kind.list ? text.split(",") : text; field.hint = kind.list ? "Ctrl or ⌘ for several" : null; }
    const given = await popup(kind.label, [field], { check: ({ value }) => (kind.number && parsed(value) === null ? "a number is needed, as 5, 10M or 2B" : null) });
    if (given) this.change(kind.key, Array.isArray(given.value) ? given.value.join(",") : given.value);
  }

  async choices(kind) {
    if (kind.choices) return kind.choices;
    if (kind.uploads) return (await getJson("/v1/data")).uploads;
    if (!kind.from) return [];
    try {
      this.known[kind.from] ??= (await getJson(`/v1/scans/latest/rows?columns=${kind.from}&skip_unknown=true`)).values[0] ?? [];
      return [...new Set(this.known[kind.from])].filter(Boolean).sort();
    } catch { return []; } // without a result the value is typed
  }

  change(key, value) {
    if (value === "") delete this.values[key];
    else this.values[key] = value;
    this.draw();
    this.changed(key, value);
    (this.place.querySelector(".chip-more") ?? $("where")).focus();
  }
}

function said(kind, text) {
  if (kind.number) { const value = parsed(text); return value === null ? text : (kind.unit ?? "") + amount(value); }
  if (kind.uploads) return text;
  return text.replaceAll("_", " ").replaceAll(",", ", ");
}

function parsed(text) {
  const found = /^\s*\$?([0-9][0-9,]*\.?[0-9]*)\s*([kmbt]?)\s*%?\s*$/i.exec(text);
  if (!found) return null;
  return Number(found[1].replaceAll(",", "")) * { "": 1, k: 1e3, m: 1e6, b: 1e9, t: 1e12 }[found[2].toLowerCase()];
}
