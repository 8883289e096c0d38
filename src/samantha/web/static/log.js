// <earlier-talk>: what was said before, by day, loaded as one scrolls up; searching it; copying from it.

import { button, copy, h, hidden } from "./dom.js";
import { dayOf, dayText, timeText } from "./times.js";

const PAGE = 30; // lines asked for at once
const AFTER = 12; // lines loaded after a hit that is opened in place

class EarlierTalk extends HTMLElement {
  #wire = null;
  #name = "Samantha";
  #lines = []; // shown, oldest first
  #first = false; // nothing is older than the first line shown
  #live = true; // the last line shown is the newest there is
  #busy = false;

  #log = h("div", { role: "log", "aria-live": "off", "aria-label": "Earlier talk" });
  #start = h("p", { class: "edge" });
  #hits = h("div", { class: "hits", hidden: true, role: "region", "aria-label": "What was found", tabindex: "0" });
  #later = h("p", { class: "edge", hidden: true },
    button("Later lines", () => this.#newer()), button("Back to now", () => this.#toNow()));
  #field = h("input", { type: "search", id: "question", autocomplete: "off", spellcheck: "false" });

  connectedCallback() {
    this.hidden = true;
    this.replaceChildren(h("h2", {}, "Earlier talk"), h("div", { class: "seek" }, this.#search(), this.#hits), this.#start, this.#log, this.#later);
    this.#log.addEventListener("keydown", (event) => this.#rove(event));
    new IntersectionObserver(([entry]) => entry.isIntersecting && this.#older(), { rootMargin: "300px 0px" }).observe(this.#start);
  }

  set wire(wire) { this.#wire = wire; }

  set name(name) {
    this.#name = name;
    for (const who of this.#log.querySelectorAll(".companion .who")) who.textContent = name;
  }

  // The number of the last turn in it; undefined where newer ones are not shown.
  get last() { return this.#live ? this.#lines.at(-1)?.turn : undefined; }

  // Brings the newest lines up to date; those of the turn `except` are still on the stage below.
  async refresh(except = null) {
    if (!this.#live) return;
    const fetched = await this.#fetch({ limit: PAGE });
    const from = fetched.length ? fetched[0].id : -Infinity;
    if (fetched.length < PAGE) this.#first = true;
    for (const line of this.#lines.filter(({ id }) => id >= from)) this.#remove(line);
    this.#append(fetched.filter(({ turn }) => turn !== except));
    this.#edges();
  }

  // Brings the last of it into view, with the search field above.
  open() {
    this.scrollIntoView({ block: "end" });
    this.#field.focus({ preventScroll: true });
  }

  async #fetch(fields) {
    return (await this.#wire.one("lines", fields)).lines;
  }

  // Runs one loading at a time; what goes wrong with it is said where the page says such things.
  async #load(work) {
    if (this.#busy || !this.#wire) return;
    this.#busy = true;
    try {
      await work();
    } catch (error) {
      this.dispatchEvent(new CustomEvent("trouble", { detail: error }));
    } finally {
      this.#busy = false;
    }
  }

  async #older() {
    if (this.#first || this.#lines.length === 0) return;
    await this.#load(async () => {
      const fetched = await this.#fetch({ before: this.#lines[0].id, limit: PAGE });
      this.#first = fetched.length < PAGE;
      this.#prepend(fetched);
      this.#edges();
    });
  }

  // The protocol only reaches backwards, so later lines are looked for in growing strides of ids.
  async #newer() {
    await this.#load(async () => {
      const last = this.#lines.at(-1).id, newest = (await this.#fetch({ limit: 1 })).at(-1)?.id ?? last;
      let fetched = [];
      for (let stride = PAGE; fetched.length === 0 && last + stride / 2 < newest; stride *= 2) {
        fetched = (await this.#fetch({ before: last + stride + 1, limit: PAGE })).filter(({ id }) => id > last);
      }
      this.#append(fetched);
      this.#live = this.#lines.at(-1).id >= newest;
      this.#edges();
    });
  }

  async #toNow() {
    await this.#load(async () => {
      this.#clear();
      await this.refresh();
      this.dispatchEvent(new Event("now"));
    });
  }

  #clear() {
    this.#lines = [];
    this.#log.replaceChildren();
    this.#first = false;
    this.#live = true;
  }

  #edges() {
    this.hidden = this.#lines.length === 0;
    this.#start.textContent = this.#first ? "This is where it begins." : "";
    this.#later.hidden = this.#live;
    this.dispatchEvent(new Event("changed"));
  }

  // ---- lines

  #append(lines) {
    for (const line of lines) {
      this.#day(line, "append").querySelector("ol").append(this.#item(line));
      this.#lines.push(line);
    }
    this.#oneTabStop();
  }

  #prepend(lines) {
    const page = document.scrollingElement, below = page.scrollHeight - page.scrollTop;
    for (const line of [...lines].reverse()) {
      this.#day(line, "prepend").querySelector("ol").prepend(this.#item(line));
      this.#lines.unshift(line);
    }
    page.scrollTop = page.scrollHeight - below; // what one reads stays where it is
    this.#oneTabStop();
  }

  #remove(line) {
    const item = this.#element(line.id), day = item.closest("section");
    item.remove();
    if (!day.querySelector("li")) day.remove();
    this.#lines.splice(this.#lines.indexOf(line), 1);
  }

  #day(line, end) {
    const key = dayOf(line.when), at = end === "append" ? this.#log.lastElementChild : this.#log.firstElementChild;
    if (at?.dataset.day === key) return at;
    const day = h("section", { "data-day": key }, h("h3", {}, dayText(line.when)), h("ol"));
    this.#log[end](day);
    return day;
  }

  #item({ id, who, text, when }) {
    const copying = button("Copy", (event) => copy(text, event.target), {
      class: "pill quiet copy", "aria-label": `Copy: ${text.slice(0, 60)}`, tabindex: "-1",
    });
    return h("li", { class: who, "data-line": id, tabindex: "-1" },
      h("p", { class: "by" }, h("span", { class: "who" }, who === "person" ? "You" : this.#name), h("time", { datetime: when }, timeText(when))),
      h("p", { class: "text", dir: "auto" }, text), copying);
  }

  #element(id) {
    return this.#log.querySelector(`[data-line="${CSS.escape(id)}"]`);
  }

  // ---- one stop for the Tab key; the arrow keys go from line to line

  #oneTabStop() {
    const buttons = this.#log.querySelectorAll(".copy");
    if (!this.#log.querySelector('.copy[tabindex="0"]')) buttons[buttons.length - 1]?.setAttribute("tabindex", "0");
  }

  #rove(event) {
    const buttons = [...this.#log.querySelectorAll(".copy")], at = buttons.indexOf(document.activeElement);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = buttons[to];
    if (!next) return;
    buttons[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    next.closest("li").scrollIntoView({ block: "nearest" });
  }

  // ---- search

  #search() {
    return h("form", { role: "search", onsubmit: (event) => { event.preventDefault(); this.#find(this.#field.value.trim()); } },
      h("label", { for: "question" }, "Search what was said"), this.#field, h("button", { class: "pill" }, "Search"));
  }

  async #find(question) {
    if (!question) { this.#hits.hidden = true; return; }
    await this.#load(async () => {
      const { lines } = await this.#wire.one("search", { question, k: 20 });
      const count = lines.length === 1 ? "One line fits" : `${lines.length || "No"} lines fit`;
      this.#hits.replaceChildren(
        h("p", { role: "status" }, `${count} “${question}”.`),
        h("ul", {}, ...lines.map((line) => this.#hit(line))),
        button("Close the search", () => { this.#hits.hidden = true; this.#field.focus(); }, { class: "pill quiet" }));
      this.#hits.hidden = false;
    });
  }

  #hit(line) {
    const who = line.who === "person" ? "You" : this.#name;
    return h("li", {}, h("button", { type: "button", class: "hit", onclick: () => this.#openAt(line.id) },
      h("span", { class: "when" }, `${who}, ${dayText(line.when)}, ${timeText(line.when)}`),
      h("span", { class: "what", dir: "auto" }, line.text), hidden("Show it in its place")));
  }

  async #openAt(id) {
    await this.#load(async () => {
      if (!this.#element(id)) {
        const around = await this.#fetch({ before: id + AFTER, limit: PAGE });
        const newest = (await this.#fetch({ limit: 1 })).at(-1);
        this.#clear();
        this.#append(around);
        this.#first = around.length < PAGE;
        this.#live = this.#lines.at(-1).id >= newest.id;
        this.#edges();
      }
      this.#point(this.#element(id));
    });
  }

  #point(item) {
    this.#hits.hidden = true;
    this.#log.querySelector(".found")?.classList.remove("found");
    item.classList.add("found");
    item.scrollIntoView({ block: "center" });
    item.focus({ preventScroll: true });
  }
}

customElements.define("earlier-talk", EarlierTalk);
