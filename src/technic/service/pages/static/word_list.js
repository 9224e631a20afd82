// All words of the scan language, to look one up and to take it.
import { $, h, problem, put } from "./dom.js";
import { vocabulary } from "./words.js";

export async function openWords(take) {
  const dialog = $("words"), find = $("words-find");
  const all = await vocabulary().catch(problem);
  if (!all) return;
  const draw = () => {
    const part = find.value.trim().toLowerCase();
    const fits = all.filter((one) => one.name.toLowerCase().includes(part) || one.about.toLowerCase().includes(part));
    const groups = [...new Set(fits.map((one) => one.group))];
    put($("words-body"), groups.map((group) => [h("h3", {}, group), h("ul", {}, fits.filter((one) => one.group === group).map((one) => h("li", {}, h("button", { type: "button", class: "word", onclick: () => { dialog.close(); take(one.insert); } }, one.call), " ", h("span", { class: "muted small" }, one.about))))]).flat());
  };
  find.oninput = draw;
  $("words-close").onclick = () => dialog.close();
  draw();
  dialog.showModal();
}
