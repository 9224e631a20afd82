// The table of a result: thousands of rows, of which those in sight are drawn.
import { TabulatorFull as Tabulator } from "./tabulator.mjs";
import { list, read, write } from "./address.js";
import { h } from "./dom.js";
import { cell, tone, whole } from "./format.js";
import { wanted } from "./rows.js";
import { spark } from "./spark.js";

const TEXTS = new Set(["symbol", "company", "exchange", "sector", "industry", "country", "type", "signal", "plan_note", "last_bar", "usable_since", "entry_type", "stop_basis", "size_basis", "plan_side"]);
const WIDTHS = { symbol: 98, company: innerWidth > 700 ? 220 : 124, sector: 150, industry: 170, signal: 104, closes: 108, plan_note: 220, market_cap: 104 };
// A width that is given is not measured: a column that is would have the browser lay everything out.
const width = (name, heading) => WIDTHS[name] ?? (TEXTS.has(name) ? 130 : Math.max(84, 46 + 8 * heading.length));
const HEADINGS = { closes: "30 days", return_1_pct: "change %", return_21_pct: "month %", from_high_252_pct: "off high %", rel_volume_20: "rel volume", market_cap: "market cap", close: "price" };

export class Grid {
  constructor(place, { selected, opened, counted }) {
    this.place = place; this.selected = selected; this.opened = opened; this.counted = counted;
    this.table = null; this.quick = ""; this.floors = {}; this.closes = null; this.empty = new Map();
    place.addEventListener("keydown", (event) => this.key(event), true);
  }

  show(answer) {
    this.table?.destroy();
    this.answer = answer; this.closes = null; this.empty.clear();
    const { columns, values } = answer;
    const known = Object.fromEntries(answer.available.map((one) => [one.name, one]));
    const data = values[0].map((_, i) => { const row = {}; for (let n = 0; n < columns.length; n += 1) row[columns[n]] = values[n][i]; return row; });
    const inView = data.filter((row) => !(row.close < this.floors.price) && !(row.avg_dollar_volume_20 < this.floors.volume));
    this.inView = inView.length;
    const names = wanted().filter((name) => name === "closes" || columns.includes(name));
    const filters = Object.entries(read()).filter(([name]) => name.startsWith("f.")).map(([name, value]) => ({ field: name.slice(2), value }));
    this.table = new Tabulator(this.place, {
      data: inView, index: "symbol", height: "100%", layout: "fitData", rowHeight: 30, renderVerticalBuffer: 200,
      selectableRows: 1, selectableRowsRangeMode: "click", columnHeaderSortMulti: true, sortOrderReverse: true, headerSortClickElement: "header", headerFilterLiveFilterDelay: 200,
      columns: names.map((name) => this.column(name, known[name])),
      initialSort: sorting(read().sort), initialHeaderFilter: filters, placeholder: !data.length ? "No symbol passed; the ledger says why." : inView.length ? "No row passes these filters." : "No row is in view: price or dollar volume is too low.",
      columnDefaults: { headerSortTristate: true, resizable: "header" },
    });
    this.table.on("tableBuilt", () => { if (this.quick) this.refilter(); this.label(); this.select(read().symbol); });
    this.table.on("dataSorted", (sorters) => { if (this.table.initialized) write({ sort: sorters.map((one) => `${one.field}:${one.dir}`).join(",") }); });
    this.table.on("dataFiltered", (_, rows) => { this.counted(rows.length, data.length); this.keepFilters(); });
    this.table.on("rowSelected", (row) => { write({ symbol: row.getIndex() }); this.selected(row.getData()); });
    this.table.on("rowDblClick", (_, row) => this.opened(row.getIndex()));
  }

  column(name, about) {
    const heading = HEADINGS[name] ?? about?.heading.replace(" $", "") ?? name.replaceAll("_", " ");
    const text = TEXTS.has(name);
    const base = { title: heading, field: name, headerTooltip: about?.description ?? false, width: width(name, heading), minWidth: 72, frozen: name === "symbol" && innerWidth > 700 };
    if (name === "closes") return { ...base, headerSort: false, formatter: (one) => this.small(one) };
    return {
      ...base, hozAlign: text ? "left" : "right", headerHozAlign: text ? "left" : "right",
      sorter: text ? "string" : "number", sorterParams: { alignEmptyValues: "bottom" }, headerSortStartingDir: text ? "asc" : "desc",
      headerFilter: "input", headerFilterFunc: text ? contains : compares, headerFilterPlaceholder: text ? "contains" : "≥",
      headerFilterParams: { elementAttributes: { "aria-label": `Filter ${heading}`, maxlength: 60 } },
      formatter: (one) => this.drawn(name, one.getValue(), about?.unit),
    };
  }

  drawn(name, value, unit) {
    if (name === "symbol") return h("strong", {}, value ?? "");
    if (name === "signal") return value ? h("span", { class: `signal ${value}` }, cell(name, value)) : "";
    if (name === "tech_rating" && value !== null) return h("span", { class: "rated" }, h("i", { class: "rated-bar", "width%": value * 0.6 }), h("span", {}, cell(name, value)));
    const text = cell(name, value, unit);
    return h("span", { class: /^(return_|gap_)/.test(name) ? tone(value) : "" }, text);
  }

  // What screen readers are told; the library leaves it to us.
  label() {
    const root = this.place;
    root.setAttribute("aria-label", `Result, ${whole(this.answer.rows)} rows`);
    root.querySelector(".tabulator-tableholder")?.setAttribute("role", "rowgroup"); // it can be scrolled by keys
    root.querySelector(".tabulator-table")?.setAttribute("role", "presentation");
    root.setAttribute("aria-rowcount", String(this.answer.rows));
  }

  // A small chart; where its closes are still on their way, they are drawn into the cell then.
  small(one) {
    const { symbol } = one.getData();
    if (!this.closes) this.empty.set(symbol, one);
    return this.closes ? spark(this.closes[symbol]) : "";
  }

  addCloses(closes) {
    this.closes = closes;
    for (const [symbol, one] of this.empty) one.getElement().append(spark(closes[symbol]));
    this.empty.clear();
  }

  filter(text) { this.quick = text.trim().toLowerCase(); this.refilter(); }
  refilter() {
    if (!this.table?.initialized) return;
    if (!this.quick) { this.table.clearFilter(false); return; }
    this.table.setFilter((row) => ["symbol", "company", "sector", "industry"].some((name) => String(row[name] ?? "").toLowerCase().includes(this.quick)));
  }

  keepFilters() {
    if (!this.table?.initialized) return;
    const now = Object.fromEntries(this.table.getHeaderFilters().map((one) => [`f.${one.field}`, one.value]));
    const gone = Object.keys(read()).filter((name) => name.startsWith("f.") && !(name in now));
    write({ ...Object.fromEntries(gone.map((name) => [name, ""])), ...now });
  }

  select(symbol) {
    const row = (symbol && this.table.getRow(symbol)) || this.table.getRows("active")[0];
    if (!row) return;
    row.select();
    this.table.scrollToRow(row, "nearest", false).catch(() => {});
  }

  step(by) {
    const row = this.table?.getSelectedRows()[0];
    const next = row ? (by > 0 ? row.getNextRow() : row.getPrevRow()) : this.table?.getRows("active")[0];
    if (!next) return;
    this.table.deselectRow();
    next.select();
    this.table.scrollToRow(next, "nearest", false).catch(() => {});
  }

  key(event) {
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const by = { ArrowDown: 1, j: 1, " ": 1, ArrowUp: -1, k: -1 }[event.key];
    if (by) { event.preventDefault(); event.stopPropagation(); this.step(by); }
    else if (event.key === "Enter") { const row = this.table?.getSelectedRows()[0]; if (row) this.opened(row.getIndex()); }
  }
}

const contains = (wanted, value) => String(value ?? "").toLowerCase().includes(String(wanted).trim().toLowerCase().replaceAll(" ", " "));
const SIZES = { k: 1e3, m: 1e6, b: 1e9, t: 1e12 };
export const figure = (text) => Number.parseFloat(text.replaceAll(",", "")) * (SIZES[text.trim().slice(-1).toLowerCase()] ?? 1);

// 5 and >=5, <5, 2..5, 10M: as people write them.
export function compares(wanted, value) {
  const text = String(wanted).trim();
  if (!text) return true;
  if (value === null || value === undefined) return false;
  if (text.includes("..")) { const [low, high] = text.split("..").map(figure); return !(value < low) && !(value > high); }
  const [, sign, rest] = /^(>=|<=|>|<|=|≥|≤)?(.*)$/.exec(text);
  const limit = figure(rest);
  if (Number.isNaN(limit)) return true;
  return { ">": value > limit, "<": value < limit, "<=": value <= limit, "≤": value <= limit, "=": value === limit }[sign] ?? value >= limit;
}

export function sorting(text) {
  return list(text).map((part) => { const [column, dir] = part.split(":"); return { column, dir: dir === "asc" ? "asc" : "desc" }; });
}
