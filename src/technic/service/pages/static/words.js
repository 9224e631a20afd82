// The words of the scan language, and which of them fit what is being typed.
import { getJson } from "./api.js";

let loaded = null;

export async function vocabulary() {
  loaded ??= Promise.all([getJson("/v1/functions"), getJson("/v1/columns")]).then(([functions, columns]) => [
    ...Object.entries(functions.groups).flatMap(([group, members]) => members.map((one) => ({ name: one.name, call: `${one.name}(${one.parameters.map((part) => part.name).join(", ")})`, insert: `${one.name}(`, about: one.description, group }))),
    ...columns.columns.map((one) => ({ name: one.name, call: one.name, insert: one.name, about: one.description, group: "Columns" })),
    ...["and", "or", "not"].map((name) => ({ name, call: name, insert: `${name} `, about: "", group: "Words" })),
  ]);
  return loaded;
}

export function wordAt(text, caret) {
  const before = /[A-Za-z_][A-Za-z0-9_]*$/.exec(text.slice(0, caret));
  return before ? { start: caret - before[0].length, text: before[0].toLowerCase() } : null;
}

export function fitting(all, part, most = 8) {
  const begins = all.filter((one) => one.name.toLowerCase().startsWith(part));
  const holds = all.filter((one) => !begins.includes(one) && one.name.toLowerCase().includes(part));
  begins.sort((a, b) => a.name.length - b.name.length);
  const found = [...begins, ...holds].slice(0, most);
  return found.length === 1 && found[0].name === part && found[0].insert === part ? [] : found;
}
