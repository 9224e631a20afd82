// Elements made of text and attributes; nothing is ever read as HTML.

export const $ = (id) => document.getElementById(id);

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) element.setAttribute(name, value);
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined) element.append(child);
  return element;
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "width%") element.style.width = `${value}%`;
    else if (name === "left%") element.style.left = `${value}%`;
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) element.append(child);
}

export function put(parent, ...children) { parent.replaceChildren(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false)); return parent; }

export function show(element, shown) { element.hidden = !shown; }

export function problem(error) {
  const place = $("problem");
  if (error === null) { place.hidden = true; return; }
  if (error?.name === "AbortError") return;
  place.textContent = error.message ?? String(error);
  place.hidden = false;
}

// A table with headings; cells are texts or elements.
export function table(headings, rows, { caption, words = false } = {}) {
  return h("table", { class: words ? "words" : "" },
    caption ? h("caption", { class: "unseen" }, caption) : null,
    h("thead", {}, h("tr", {}, headings.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, i) => (i ? h("td", {}, cell) : h("th", { scope: "row" }, cell)))))));
}

export const facts = (pairs) => h("dl", { class: "facts" }, pairs.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));

// A table, or anything wide, that scrolls by itself; the name is for those who do not see it.
export const scroll = (name, content, tall = false) => h("div", { class: tall ? "scroll tall" : "scroll", tabindex: "0", role: "region", "aria-label": name }, content);

export function later(milliseconds, action) {
  let timer = 0;
  return (...values) => { clearTimeout(timer); timer = setTimeout(() => action(...values), milliseconds); };
}

export function download(name, text, type = "text/plain") {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
