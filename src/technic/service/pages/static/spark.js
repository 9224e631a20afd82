// A small line of closes.
import { s } from "./dom.js";

const WIDE = 92, HIGH = 22;

export function spark(values) {
  if (!values || values.length < 2) return "";
  const low = Math.min(...values), span = Math.max(...values) - low || 1;
  const points = values.map((value, i) => `${((i / (values.length - 1)) * (WIDE - 4) + 2).toFixed(1)},${(HIGH - 3 - ((value - low) / span) * (HIGH - 6)).toFixed(1)}`);
  const up = values.at(-1) >= values[0];
  return s("svg", { class: `spark ${up ? "up" : "down"}`, width: WIDE, height: HIGH, viewBox: `0 0 ${WIDE} ${HIGH}`, "aria-hidden": "true" }, s("polyline", { points: points.join(" ") }));
}
