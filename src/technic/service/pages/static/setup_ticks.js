// The setups of a study: some that are ticked, else all, or none beside an expression.
import { $, h, put } from "./dom.js";

export class SetupTicks {
  constructor(changed) { this.changed = changed; this.chosen = []; this.titles = {}; this.expression = false; }

  fill(setups, chosen, expression) {
    this.titles = Object.fromEntries(setups.map((one) => [one.name, one.title]));
    this.chosen = chosen.filter((name) => name in this.titles);
    const find = h("input", { type: "search", placeholder: "Find a setup", "aria-label": "Find a setup" });
    const labels = setups.map((one) => h("label", { class: "tick", title: one.meaning }, h("input", { type: "checkbox", value: one.name, checked: this.chosen.includes(one.name) }), one.title));
    find.addEventListener("input", () => { for (const label of labels) label.hidden = !label.textContent.toLowerCase().includes(find.value.toLowerCase()); });
    for (const label of labels) label.firstChild.addEventListener("change", () => {
      this.chosen = labels.map((one) => one.firstChild).filter((tick) => tick.checked).map((tick) => tick.value);
      this.draw(this.expression);
      this.changed(this.chosen);
    });
    put($("setups-body"), find, h("div", { class: "ticks" }, labels));
    this.draw(expression);
  }

  // ``expression``: whether there is one, whose hits are studied where no setup is chosen.
  draw(expression) {
    this.expression = expression;
    const [first, ...more] = this.chosen;
    $("setups-said").textContent = first ? this.titles[first] + (more.length ? ` and ${more.length} more` : "") : expression ? "none: the expression" : "all that come with Technic";
  }
}
