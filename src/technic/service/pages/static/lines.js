// Lines over sessions as SVG, with the values under the pointer, and a table of the same.
import { h, put, s, table } from "./dom.js";

const HIGH = 200, LEFT = 8, RIGHT = 44, TOP = 10, FOOT = 22;

// series: {name, tint, values}; said: how a value is written; floor and ceiling: of the scale.
export function lines(place, title, days, series, { said, floor = 0, ceiling = null, tabled = true }) {
  const WIDE = Math.max(280, place.clientWidth || 640);
  const all = series.flatMap((one) => one.values).filter((value) => value !== null);
  const most = ceiling ?? Math.max(1, ...all) * 1.08, least = Math.min(floor, ...all);
  const x = (i) => LEFT + (i / Math.max(1, days.length - 1)) * (WIDE - LEFT - RIGHT);
  const y = (value) => TOP + (1 - (value - least) / (most - least)) * (HIGH - TOP - FOOT);
  const marks = [0, 0.25, 0.5, 0.75, 1].map((part) => least + part * (most - least));
  const cursor = s("line", { class: "cursor", y1: TOP, y2: HIGH - FOOT, visibility: "hidden" });
  const picture = s("svg", { class: "lines", viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": `${title}, ${days[0]} to ${days.at(-1)}: ${series.map((one) => `${one.name} ${said(one.values.at(-1))}`).join(", ")}; the table below has the data` },
    marks.map((mark) => [s("line", { class: "rule", x1: LEFT, x2: WIDE - RIGHT, y1: y(mark), y2: y(mark) }), s("text", { x: WIDE - RIGHT + 6, y: y(mark) + 4 }, said(mark))]).flat(),
    months(days).map(([i, name]) => s("text", { x: x(i), y: HIGH - 6, class: "day" }, name)),
    series.map((one) => s("path", { class: `trace c-${one.tint}`, d: path(one.values, x, y) })), cursor);
  const legend = h("p", { class: "keys-line" });
  const tell = (i) => put(legend, h("span", { class: "muted" }, days[i]), series.map((one) => h("span", { class: `key c-${one.tint}` }, `${one.name} ${said(one.values[i])}`)));
  tell(days.length - 1);
  picture.addEventListener("pointermove", (event) => {
    const box = picture.getBoundingClientRect();
    const place = ((event.clientX - box.left) / box.width) * WIDE;
    const i = Math.max(0, Math.min(days.length - 1, Math.round(((place - LEFT) / (WIDE - LEFT - RIGHT)) * (days.length - 1))));
    cursor.setAttribute("x1", x(i)); cursor.setAttribute("x2", x(i)); cursor.setAttribute("visibility", "visible");
    tell(i);
  });
  picture.addEventListener("pointerleave", () => { cursor.setAttribute("visibility", "hidden"); tell(days.length - 1); });
  const rows = days.map((day, i) => [day, ...series.map((one) => said(one.values[i]))]).reverse();
  put(place, legend, picture, !tabled ? null : h("details", { class: "small" }, h("summary", {}, "The data as a table"), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${title}, data` }, table(["Session", ...series.map((one) => one.name)], rows, { caption: title }))));
}

function path(values, x, y) {
  let pen = false, out = "";
  values.forEach((value, i) => {
    if (value === null) { pen = false; return; }
    out += `${pen ? "L" : "M"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = true;
  });
  return out;
}

const NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function months(days) {
  const starts = days.map((day, i) => [i, day]).filter(([i, day]) => i > 0 && day.slice(5, 7) !== days[i - 1].slice(5, 7));
  const every = Math.ceil(starts.length / 7);
  return starts.filter((_, n) => n % every === 0).map(([i, day]) => [i, day.slice(5, 7) === "01" ? day.slice(0, 4) : NAMES[Number(day.slice(5, 7)) - 1]]);
}
