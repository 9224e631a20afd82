// A small dialog with fields; answers their values, or null where it was closed.
import { h } from "./dom.js";

let count = 0;

export function popup(title, fields, { confirm = "Set", check = null, note = null } = {}) {
  const own = `popup-${(count += 1)}`;
  const inputs = fields.map((field) => input(field, `${own}-${field.name}`));
  const wrong = h("p", { class: "bad small", role: "alert" });
  const dialog = h("dialog", { class: "popup", "aria-labelledby": own },
    h("form", { class: "popup-form", method: "dialog" },
      h("h2", { id: own }, title), note ? h("p", {}, note) : null,
      fields.map((field, i) => h("div", { class: "field" }, h("label", { for: `${own}-${field.name}` }, field.label), inputs[i], field.hint ? h("p", { class: "small muted" }, field.hint) : null)),
      wrong,
      h("div", { class: "ends" }, h("button", { type: "button", value: "close", onclick: () => dialog.close() }, "Close"), h("button", { class: "first", type: "submit" }, confirm))));
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const values = Object.fromEntries(fields.map((field, i) => [field.name, valueOf(inputs[i])]));
      const problem = check ? await check(values) : null;
      if (problem) { wrong.textContent = problem; return; }
      resolve(values);
      dialog.close();
    });
    dialog.addEventListener("close", () => { resolve(null); dialog.remove(); });
    dialog.showModal();
    inputs[0]?.focus();
  });
}

function input(field, id) {
  if (field.choices && field.several) {
    return h("select", { id, multiple: true, size: Math.min(10, Math.max(3, field.choices.length)) },
      field.choices.map((choice) => h("option", { value: choice, selected: field.value?.includes(choice) }, choice.replaceAll("_", " "))));
  }
  if (field.choices) return h("select", { id }, field.choices.map((choice) => h("option", { value: choice, selected: field.value === choice }, choice)));
  return h("input", { id, type: field.type ?? "text", value: field.value ?? "", maxlength: 2000, spellcheck: "false", inputmode: field.number ? "decimal" : null, required: field.required });
}

const valueOf = (element) => (element.multiple ? [...element.selectedOptions].map((one) => one.value) : element.value.trim());
