// Candles with volume, averages, the lines of a plan, found patterns and the RS line; beside them the
// same data as tables.
import { CandlestickSeries, HistogramSeries, LineSeries, LineStyle, createChart } from "./lightweight-charts.mjs";
import { h, put, table } from "./dom.js";
import { amount, number, price } from "./format.js";
import { PatternShape } from "./pattern_shape.js";

const COLOURS = ["first", "second", "third", "fourth"];
const SHARES = [0.78, 0.22, 0.24]; // of the height: prices, volume, RS line

// Colours of the style sheet, as the page has them now.
function colour(name) {
  const probe = h("i", { class: `probe c-${name}`, hidden: true });
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

const faint = (value, share) => value.replace(/^rgb\((.*)\)$/, `rgba($1, ${share})`);

const NAMES_PX = 50, SCALE_PX = 62; // what names of levels, and the scale, take of the width

export class PriceChart {
  constructor(place, { height = 320 } = {}) {
    this.place = place;
    this.chart = createChart(place, {
      autoSize: true, height,
      layout: { attributionLogo: false, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, panes: { enableResize: false } },
      rightPriceScale: { borderVisible: false }, timeScale: { borderVisible: false, rightOffset: 3 },
      handleScroll: { vertTouchDrag: false },
    });
    this.lines = []; this.levels = []; this.shapes = []; this.relative = null; this.shown = null;
    this.themed = () => { this.paint(); if (this.shown) this.draw(...this.shown); };
    document.addEventListener("themechange", this.themed);
    this.candles = this.chart.addSeries(CandlestickSeries, { borderVisible: false });
    this.volume = this.chart.addSeries(HistogramSeries, { priceFormat: { type: "volume" }, priceLineVisible: false, lastValueVisible: false }, 1);
    this.paint();
  }

  paint() {
    const [ground, ink, grid, up, down] = ["ground", "muted", "grid", "up", "down"].map(colour);
    this.up = up; this.down = down;
    this.chart.applyOptions({ layout: { background: { color: "transparent" }, textColor: ink, panes: { separatorColor: grid, separatorHoverColor: grid } }, grid: { vertLines: { color: faint(grid, 0.6) }, horzLines: { color: faint(grid, 0.9) } }, crosshair: { vertLine: { labelBackgroundColor: ink }, horzLine: { labelBackgroundColor: ink } } });
    this.candles.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down });
    this.ground = ground;
  }

  // detail: what the route of a symbol answers; averages: names of those to draw; patterns, relative:
  // whether found patterns and the RS line are drawn.
  draw(detail, { averages = ["sma_50", "sma_200"], bars = 180, patterns = true, relative = false } = {}) {
    this.shown = [detail, { averages, bars, patterns, relative }];
    const { date, open, high, low, close, volume } = detail.bars;
    const digits = close.at(-1) < 1 ? 4 : 2;
    this.candles.applyOptions({ priceFormat: { type: "price", precision: digits, minMove: 10 ** -digits } });
    this.candles.setData(date.map((time, i) => ({ time, open: open[i], high: high[i], low: low[i], close: close[i] })));
    this.volume.setData(date.map((time, i) => ({ time, value: volume[i] ?? 0, color: faint(close[i] >= open[i] ? this.up : this.down, 0.45) })));
    for (const line of this.lines) this.chart.removeSeries(line);
    this.lines = averages.filter((name) => detail.averages?.[name]).map((name, i) => {
      const line = this.chart.addSeries(LineSeries, { color: colour(COLOURS[i % 4]), lineWidth: 2, priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false });
      line.setData(date.flatMap((time, n) => (detail.averages[name][n] === null ? [] : [{ time, value: detail.averages[name][n] }])));
      return line;
    });
    this.plan(detail.levels);
    this.draws(patterns ? detail.patterns : []);
    this.strength(relative ? rebased(detail, bars) : null);
    this.chart.panes().forEach((pane, i) => pane.setStretchFactor(SHARES[i]));
    this.chart.timeScale().setVisibleLogicalRange({ from: date.length - bars, to: date.length + this.room(bars, detail.levels.length) });
    this.place.setAttribute("role", "img");
    this.place.setAttribute("aria-label", `Candles of ${detail.symbol}, ${date.length} bars to ${date.at(-1)}, last close ${price(close.at(-1))}${patterns ? detail.patterns.map((one) => `; pattern drawn: ${one.title}`).join("") : ""}${relative && detail.relative ? `; RS line against ${detail.relative.benchmark}` : ""}; the table below has the data`);
  }

  // Bars that would fit where the names of levels stand, so that none of the last ones is below a name.
  room(bars, levels) {
    const plot = this.place.clientWidth - SCALE_PX;
    return levels ? Math.max(3, (bars * NAMES_PX) / Math.max(plot - NAMES_PX, NAMES_PX)) : 3;
  }

  plan(levels) {
    for (const level of this.levels) this.candles.removePriceLine(level);
    this.levels = levels.map((one) => this.candles.createPriceLine({ price: one.price, color: colour(TINTS[one.kind] ?? "muted"), lineWidth: 1, lineStyle: LineStyle.Dashed, axisLabelVisible: true, title: one.name }));
  }

  draws(patterns) {
    for (const shape of this.shapes) this.candles.detachPrimitive(shape);
    const colours = { shape: colour("shape"), ground: colour("ground"), font: getComputedStyle(document.body).fontFamily };
    this.shapes = patterns.map((pattern) => new PatternShape(pattern, colours));
    for (const shape of this.shapes) this.candles.attachPrimitive(shape);
  }

  strength(line) {
    if (this.relative) { this.chart.removeSeries(this.relative); this.relative = null; }
    if (!line) return;
    this.relative = this.chart.addSeries(LineSeries, { color: colour("fourth"), lineWidth: 2, priceLineVisible: false, crosshairMarkerVisible: false, title: "RS" }, 2);
    this.relative.setData(line.points);
  }

  remove() { document.removeEventListener("themechange", this.themed); this.chart.remove(); }
}

const TINTS = { entry: "first", stop: "down", target: "up", pivot: "shape" };

// The RS line, 100 on the first session that is in sight at first.
export function rebased({ bars: { date }, relative }, bars) {
  if (!relative) return null;
  const from = relative.values.findIndex((value, i) => value !== null && i >= date.length - bars);
  const base = relative.values[from] ?? relative.values.findLast((value) => value !== null);
  const values = relative.values.map((value) => (value === null ? null : (100 * value) / base));
  return { benchmark: relative.benchmark, since: date[from] ?? date.at(-1), values, points: date.flatMap((time, i) => (values[i] === null ? [] : [{ time, value: values[i] }])) };
}

// The data of a chart for those who do not see it, and for whoever wants to copy it.
export function barTable(detail, averages, relative = null) {
  const { date, open, high, low, close, volume } = detail.bars;
  const names = averages.filter((name) => detail.averages?.[name]);
  const details = h("details", {}, h("summary", {}, `The chart’s data as a table (${date.length} bars)`));
  const rows = date.map((day, i) => [day, price(open[i]), price(high[i]), price(low[i]), price(close[i]), amount(volume[i]), ...names.map((name) => price(detail.averages[name][i])), ...(relative ? [number(relative.values[i], 1)] : [])]).reverse();
  details.append(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Bars of ${detail.symbol}` }, table(["Day", "Open", "High", "Low", "Close", "Volume", ...names.map((name) => name.replace("_", " ").toUpperCase()), ...(relative ? ["RS line"] : [])], rows, { caption: `Bars of ${detail.symbol}, newest first` })));
  return details;
}

export const legend = (place, names) => put(place, names.map((name, i) => h("span", { class: `key c-${COLOURS[i % 4]}` }, name.replace("_", " ").toUpperCase())));
