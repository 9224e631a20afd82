// What every page has: theme, symbol box, the strip that says of which day the figures are.
import { $, show } from "./dom.js";
import { day, whole } from "./format.js";

const root = document.documentElement;
$("theme")?.addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try { localStorage.setItem("technic-theme", root.dataset.theme); } catch { /* it holds for this page then */ }
  document.dispatchEvent(new CustomEvent("themechange"));
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("themechange")));

$("find-symbol")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const symbol = $("find-text").value.trim().toUpperCase();
  const scan = new URLSearchParams(location.search).get("id");
  if (symbol) location.assign(`/symbols/${encodeURIComponent(symbol)}${scan ? `?id=${encodeURIComponent(scan)}` : ""}`);
});
addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName)) {
    event.preventDefault();
    $("find-text")?.focus();
  }
});

// Menus close when the reader goes on, or with Escape.
document.addEventListener("click", (event) => { for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false; });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); } });

// Whether there is nothing that a page could show: no result is named, and no scan is done yet.
export const nothingYet = () => !("scanned" in document.body.dataset) && !new URLSearchParams(location.search).get("id");

// Of which result the figures in sight are: day, universe, SIMULATED.
export function strip(about) {
  show($("strip-simulated"), about.data.simulated);
  $("strip-day").textContent = `Data as of ${about.as_of}`;
  $("strip-day").title = day(about.as_of);
  $("strip-universe").textContent = `${whole(about.universe.size)} symbols`;
  $("strip-ranks").textContent = `ranks among ${whole(about.rs_universe)}`;
  $("strip-source").textContent = about.data.provider;
}

// Of which days the studied figures in sight are.
export function stripStudy(about) {
  show($("strip-simulated"), about.simulated);
  $("strip-day").textContent = `Study of ${about.first} to ${about.last}`;
  $("strip-day").title = `${day(about.first)} to ${day(about.last)}`;
  $("strip-universe").textContent = `${whole(about.universe)} symbols`;
  $("strip-ranks").textContent = "";
  $("strip-source").textContent = about.data;
}
