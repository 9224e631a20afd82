// The box of an expression: words are completed, and it is checked while it is typed.
import { postJson } from "./api.js";
import { $, h, later, put, show } from "./dom.js";
import { fitting, vocabulary, wordAt } from "./words.js";

export class ExpressionBox {
  constructor(changed) {
    this.box = $("where"); this.list = $("where-list"); this.said = $("where-said"); this.mirror = $("where-mirror");
    this.found = []; this.chosen = -1; this.changed = changed; this.asked = 0; this.touched = false;
    this.soon = later(250, () => this.check());
    this.box.addEventListener("input", () => { this.touched = true; this.fit(); this.mark(null); this.soon(); this.complete(); this.changed(this.value); });
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.box.addEventListener("scroll", () => { this.mirror.scrollTop = this.box.scrollTop; });
  }

  get value() { return this.box.value.trim(); }
  set value(text) { this.box.value = text; this.fit(); this.mark(null); this.check(); }

  fit() { this.box.style.height = "auto"; this.box.style.height = `${Math.min(this.box.scrollHeight + 2, 160)}px`; }

  mark(place) {
    const text = this.box.value;
    if (!place) { put(this.mirror, text); return; }
    const [start, end] = place;
    put(this.mirror, text.slice(0, start), h("mark", {}, text.slice(start, Math.max(end, start + 1)) || " "), text.slice(end));
  }

  async check() {
    const own = (this.asked += 1);
    if (!this.value) { this.said.textContent = ""; this.box.removeAttribute("aria-invalid"); return; }
    let answer;
    try { answer = await postJson("/v1/expressions/check", { expression: this.box.value, wants: "condition" }); } catch (error) { answer = { valid: false, message: error.message }; }
    if (own !== this.asked) return;
    this.said.className = `said small ${answer.valid ? "good" : "bad"}`;
    if (answer.valid) {
      this.said.textContent = `✓ looks back ${answer.lookback} ${answer.lookback === 1 ? "session" : "sessions"}`;
      this.box.removeAttribute("aria-invalid");
    } else {
      this.said.textContent = answer.message;
      this.box.setAttribute("aria-invalid", "true");
      this.mark(answer.place);
    }
  }

  async complete() {
    const word = wordAt(this.box.value, this.box.selectionStart);
    if (!word) { this.close(); return; }
    const all = await vocabulary();
    this.word = word; this.found = fitting(all, word.text); this.chosen = this.found.length ? 0 : -1;
    this.draw();
  }

  draw() {
    if (!this.found.length) { this.close(); return; }
    put(this.list, this.found.map((one, i) => h("li", { role: "option", id: `where-${i}`, "aria-selected": String(i === this.chosen), onmousedown: (event) => { event.preventDefault(); this.take(i); } }, h("code", {}, one.call), h("span", { class: "muted small" }, one.about))));
    show(this.list, true);
    this.box.setAttribute("aria-expanded", "true");
    this.box.setAttribute("aria-activedescendant", `where-${this.chosen}`);
  }

  close() { this.found = []; show(this.list, false); this.box.setAttribute("aria-expanded", "false"); this.box.removeAttribute("aria-activedescendant"); }

  take(i) {
    const one = this.found[i], caret = this.box.selectionStart, text = this.box.value;
    const open = one.insert.endsWith("(") && text[caret] === "(" ? one.insert.slice(0, -1) : one.insert;
    this.box.value = text.slice(0, this.word.start) + open + text.slice(caret);
    this.box.selectionStart = this.box.selectionEnd = this.word.start + open.length;
    this.close(); this.fit(); this.mark(null); this.soon(); this.changed(this.value); this.box.focus();
  }

  insert(text) {
    const caret = this.box.selectionStart;
    this.box.value = this.box.value.slice(0, caret) + text + this.box.value.slice(this.box.selectionEnd);
    this.box.selectionStart = this.box.selectionEnd = caret + text.length;
    this.fit(); this.mark(null); this.soon(); this.changed(this.value); this.box.focus();
  }

  key(event) {
    if (this.found.length) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { this.chosen = (this.chosen + step + this.found.length) % this.found.length; this.draw(); event.preventDefault(); return; }
      if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && this.word.text !== this.found[this.chosen].name)) { this.take(this.chosen); event.preventDefault(); return; }
      if (event.key === "Escape") { this.close(); event.preventDefault(); return; }
    }
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.close(); $("ask").requestSubmit(); }
  }
}
