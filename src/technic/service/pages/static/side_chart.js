// The chart beside the grid: it follows the row.
import { getJson } from "./api.js";
import { $, h, later, put, show } from "./dom.js";
import { number, price, signed, tone } from "./format.js";

const AVERAGES = ["sma_50", "sma_200"];

export class SideChart {
  constructor() { this.chart = null; this.abort = null; this.symbol = null; this.soon = later(110, (scan, symbol) => this.load(scan, symbol)); }

  // Where the table has no row there is none to draw.
  none() {
    this.symbol = null;
    this.abort?.abort();
    show($("side-chart"), false);
    $("side-symbol").textContent = "";
    $("side-company").textContent = "No row, so there is no chart.";
    for (const part of ["side-figures", "side-plan", "side-table"]) put($(part));
  }

  show(scan, row) {
    if ($("side").hidden) return;
    this.symbol = row.symbol;
    show($("side-chart"), true);
    const link = $("side-symbol");
    link.textContent = row.symbol;
    link.href = `/symbols/${encodeURIComponent(row.symbol)}?id=${scan}`;
    $("side-company").textContent = row.company ?? "";
    put($("side-figures"), h("span", {}, price(row.close)), row.return_1_pct === undefined ? null : h("span", { class: tone(row.return_1_pct) }, `${signed(row.return_1_pct)} %`), row.tech_rating === undefined ? null : h("span", {}, `rating ${number(row.tech_rating, 1)}`));
    this.soon(scan, row.symbol);
  }

  async load(scan, symbol) {
    if (this.symbol !== symbol) return;
    this.abort?.abort();
    this.abort = new AbortController();
    $("side-chart").setAttribute("aria-busy", "true");
    try {
      const [{ PriceChart, barTable, legend }, detail] = await Promise.all([import("./chart.js"), getJson(`/v1/symbols/${encodeURIComponent(symbol)}?scan=${scan}`, { signal: this.abort.signal })]); // the rows do not wait for what draws charts
      if (!detail.bars) { put($("side-plan"), "no bars"); return; }
      this.chart ??= new PriceChart($("side-chart"));
      this.chart.draw(detail, { averages: AVERAGES, bars: 130 });
      const row = detail.row ?? {};
      const keys = h("span", { class: "keys-line" });
      legend(keys, AVERAGES);
      put($("side-plan"), keys, detail.patterns.map((one) => h("strong", { class: "c-shape" }, `${one.title}. `)), row.has_plan ? `Entry ${price(row.entry)} · stop ${price(row.stop)} · target ${price(row.target)}` : "No plan for this signal.");
      put($("side-table"), barTable(detail, AVERAGES));
    } catch (error) {
      if (error.name !== "AbortError") put($("side-plan"), error.message);
    } finally { $("side-chart").removeAttribute("aria-busy"); }
  }
}
