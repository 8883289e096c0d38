// <first-meeting>: the steps of the first meeting, one small form after the other. Fires `met` with her last sentences.

import { button, copy, h } from "./dom.js";

const FATES = ["keep", "never mention", "let go"];
const FATE_LABELS = { keep: "Keep", "never mention": "Keep, but never mention", "let go": "Let go" };

const PHRASE_SAYS = "From here on I remember. If this computer is lost, these twelve words and a backup bring me back. I show them this once.";

const capital = (text) => text[0].toUpperCase() + text.slice(1);

// Each kind of step: how it asks. `answer` sends what the person chose.
const FORMS = {
  ask(step, answer) {
    const field = h("input", { id: "meeting-answer", autocomplete: "off", spellcheck: "false", "aria-describedby": "meeting-says" });
    return form(() => answer({ text: field.value }),
      h("label", { for: "meeting-answer" }, capital(step.label)), field,
      h("p", { class: "hint" }, "Leave it empty to pass the question by."), go("Go on"));
  },

  choose(step, answer) {
    return h("div", { role: "group", "aria-labelledby": "meeting-says", class: "choices" },
      ...step.choices.map(({ id, label }) => button(label, () => answer({ choice: id }))));
  },

  cards(step, answer) {
    const cards = step.cards.map((card, n) => h("fieldset", { class: "card" },
      h("legend", {}, card.title), h("p", { class: "source", dir: "auto" }, card.source),
      h("div", { class: "fates" }, ...FATES.map((fate) => h("label", {},
        h("input", { type: "radio", name: `card-${n}`, value: fate, checked: fate === "keep" }), FATE_LABELS[fate])))));
    const read = () => Object.fromEntries(step.cards.map(({ id }, n) =>
      [id, cards[n].querySelector("input:checked").value]));
    return form(() => answer({ cards: read() }), h("div", { class: "cards" }, ...cards), go(cards.length ? "Go on with these" : "Go on"));
  },

  phrase(step, answer) {
    return form(() => answer({}),
      h("ol", { class: "phrase", "aria-label": "Recovery phrase" }, ...step.phrase.split(/\s+/).map((word) => h("li", {}, word))),
      h("div", { class: "choices" },
        button("Copy", (event) => copy(step.phrase, event.target)), go("I have written it down")));
  },
};

const go = (label) => h("button", { class: "pill solid" }, label);

function form(onanswer, ...children) {
  return h("form", { onsubmit: (event) => { event.preventDefault(); onanswer(); } }, ...children);
}

class FirstMeeting extends HTMLElement {
  #wire = null;
  #step = null;
  #waiting = false;

  get under() { return this.#step !== null; }

  // Begins the meeting. After a loss of connection it is still under way here, and the next answer goes on with it.
  async begin(wire) {
    this.#wire = wire;
    if (!this.#step) await this.#ask({}, (step) => this.#show(step, false));
  }

  async #ask(fields, then) {
    if (this.#waiting) return;
    this.#waiting = true;
    try {
      const { id, event, ...step } = await this.#wire.one("meet", fields);
      then(step);
    } catch (error) {
      this.dispatchEvent(new CustomEvent("trouble", { detail: error }));
    } finally {
      this.#waiting = false;
    }
  }

  // The recovery phrase by itself, where the person agreed after a meeting that was skipped.
  showPhrase(phrase) {
    const says = h("div", { id: "meeting-says", class: "her", tabindex: "-1" }, h("p", {}, PHRASE_SAYS));
    this.#step = { kind: "phrase" };
    this.replaceChildren(says, FORMS.phrase({ phrase }, () => this.#show({ kind: "end", says: [] }, false)));
    says.focus();
  }

  #answer(answer) {
    return this.#ask({ answer }, (step) => this.#show(step, true));
  }

  #show(step, focus) {
    if (step.kind === "end") {
      this.#step = null;
      this.replaceChildren();
      this.dispatchEvent(new CustomEvent("met", { detail: step.says }));
      return;
    }
    this.#step = step;
    const says = h("div", { id: "meeting-says", class: "her", tabindex: "-1" }, ...step.says.map((sentence) => h("p", {}, sentence)));
    this.replaceChildren(says, FORMS[step.kind](step, (answer) => this.#answer(answer)),
      button("Skip all this", () => this.#answer({ skip: true }), { class: "pill quiet skip-meeting" }));
    document.scrollingElement.scrollTop = 0;
    if (focus) (this.querySelector("#meeting-answer") ?? says).focus();
  }
}

customElements.define("first-meeting", FirstMeeting);
