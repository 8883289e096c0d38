// <talk-view>: her line, her state, what was just said, and the place to write. Fires `hello` with who she is now.

import { button, h, hidden } from "./dom.js";
import "./line.js";
import "./log.js";
import "./meeting.js";
import { timeText } from "./times.js";
import { Lost, Refusal } from "./wire.js";

const WORDS = { here: "Here", thinking: "Thinking", speaking: "Speaking", away: "Not connected" };
const COMMANDS = { "/off": "off", "/on": "on", "/forget last": "forget", "/help": "help" };
const HELP = "The buttons do it all: Off the record, Forget the last, Earlier talk. Typed, /off, /on and /forget last work too.";
const SETTLE = 180; // ms a state lasts before its word is shown, so that quick answers do not flicker
const PACE = 0.03; // seconds between her words
const LONG = 220; // characters from which a reply is set smaller

class TalkView extends HTMLElement {
  #wire = null;
  #her = { her: "Samantha", record: "on", since: null };
  #turn = null; // {text, heard, id, shown, stopped, over}
  #unsent = null; // {text, at}: words the connection dropped on
  #last = null; // the number of the turn taken here last; null where there is none, or it is kept nowhere
  #skipped = false; // the meeting has been had, or declined, on this page
  #settle = 0;

  #line = h("living-line", { state: "away" });
  #log = h("earlier-talk");
  #meeting = h("first-meeting");
  #title = h("h1", { class: "unseen" }, "Talk");
  #word = h("span", {}, WORDS.away);
  #hint = h("small");
  #badge = h("p", { class: "badge", hidden: true });
  #you = h("p", { class: "you", dir: "auto" });
  #reply = h("p", { class: "her", dir: "auto" });
  #captions = h("div", { class: "captions", "aria-live": "polite" }, this.#you, this.#reply);
  #notice = h("div", { class: "notice", role: "alert" });
  #field = h("textarea", {
    id: "words", rows: "1", placeholder: "Write to her", autocomplete: "off", spellcheck: "false", writingsuggestions: "false",
    oninput: () => this.#grow(), onkeydown: (event) => this.#key(event),
  });
  #earlier = button("Earlier talk", () => this.#log.open(), { class: "pill quiet", hidden: true });
  #still = button("Still", () => this.#toggleStill(), { class: "pill quiet", "aria-pressed": "false" });
  #forget = button("Forget the last", () => this.#askToForget(), { class: "pill quiet", hidden: true });
  #record = button("Off the record", () => this.#toggleRecord(), { "aria-pressed": "false" });
  #send = h("button", { class: "pill solid" }, "Send");
  #stop = button("Stop", () => this.#interrupt(), { class: "pill solid stop" });
  #composer = h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.#submit(); } },
    this.#notice, h("div", { class: "bar" }, this.#record,
      h("label", { for: "words", class: "unseen" }, "Write to her"), this.#field,
      h("div", { class: "go" }, this.#send, this.#stop)));
  #stage = h("section", { class: "stage", "aria-label": "Now" },
    h("div", { class: "tools" }, this.#earlier, this.#forget, this.#still), this.#line,
    h("div", { class: "state", role: "status" }, h("p", {}, this.#word, " ", this.#hint), this.#badge),
    this.#captions, this.#meeting);

  connectedCallback() {
    this.replaceChildren(this.#title, this.#log, this.#stage, this.#composer);
    this.dataset.state = "away";
    new ResizeObserver(() => this.#measure()).observe(this.#composer);
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#interrupt());
    this.#log.addEventListener("changed", () => this.#logChanged());
    this.#log.addEventListener("now", () => this.toNow());
    for (const part of [this.#log, this.#meeting]) part.addEventListener("trouble", ({ detail }) => this.#trouble(detail));
    this.#meeting.addEventListener("met", ({ detail }) => this.#met(detail));
  }

  set wire(wire) {
    this.#wire = this.#log.wire = wire;
    wire.addEventListener("open", () => this.#guard(() => this.#arrive()));
    wire.addEventListener("lost", ({ detail }) => this.#leave(detail.attempts));
  }

  set still(still) {
    this.#line.toggleAttribute("still", still);
    this.#still.setAttribute("aria-pressed", String(still));
  }

  // Scrolls to the present.
  toNow() {
    if (!this.hidden) document.scrollingElement.scrollTop = this.#meeting.under ? 0 : document.scrollingElement.scrollHeight;
  }

  // ---- coming and going

  async #arrive() {
    this.#show("here");
    this.#tell("");
    const hello = await this.hello();
    if (this.#meeting.under || (!hello.met && !this.#skipped)) {
      this.classList.add("meeting");
      await this.#meeting.begin(this.#wire);
      return;
    }
    if (hello.greeting && !this.#you.textContent && !this.#reply.textContent) this.#say(hello.greeting);
    if (this.#unsent) await this.#offerAgain();
    await this.#log.refresh();
    if (!this.#you.textContent && !this.#reply.textContent) await this.#showLast();
  }

  // Where a conversation goes on, its last words stand on the stage again.
  async #showLast() {
    const { lines } = await this.#wire.one("lines", { limit: 2 });
    const last = lines.at(-1);
    if (last?.who !== "companion") return;
    this.#you.textContent = lines.length > 1 && lines[0].turn === last.turn ? lines[0].text : "";
    this.#reply.textContent = last.text;
  }

  // Asks who she is now and how it stands with the record.
  async hello() {
    const hello = await this.#wire.one("hello");
    this.#her = hello;
    this.#log.name = hello.her;
    this.#title.textContent = `Talk with ${hello.her}`;
    this.#showRecord();
    this.dispatchEvent(new CustomEvent("hello", { detail: hello }));
    return hello;
  }

  #leave(attempts) {
    this.#show("away");
    const where = attempts > 3 ? " If she was started again, open the new address that samantha printed." : "";
    this.#tell(`The connection to her is gone; what you wrote is still here. Trying again by itself.${where}`,
      button("Try now", () => this.#wire.tryNow()));
  }

  #met(says) {
    this.#skipped = true;
    this.classList.remove("meeting");
    if (says.length) this.#say(says.join(" "));
    this.#guard(() => this.hello());
    this.#field.focus();
    this.toNow();
  }

  // ---- one turn

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  async #submit() {
    const text = this.#field.value;
    if (!text.trim()) return;
    if (this.#turn) { // to write on while she speaks is to interrupt her
      const { over } = this.#turn;
      this.#interrupt();
      await over;
    }
    if (!this.#wire.open) {
      this.#unsent = { text, at: Date.now() };
      if (!this.#notice.textContent) this.#tell("She is not reached yet; what you wrote stays here.");
      return;
    }
    this.#field.value = "";
    this.#grow();
    this.#field.focus();
    const typed = COMMANDS[text.trim().replace(/\s+/g, " ").toLowerCase()];
    await (typed ? this.#obey(typed) : this.#take(text));
  }

  async #take(text) {
    let end;
    const turn = { text, at: Date.now(), heard: false, id: null, shown: 0, stopped: false, over: new Promise((done) => { end = done; }) };
    this.#begin(turn);
    try {
      for await (const event of this.#wire.ask("turn", { text, channel: "page", pace: PACE })) this.#event(turn, event);
      this.#show("here");
    } catch (error) {
      this.#broken(turn, error);
    } finally {
      this.#turn = null;
      this.#captions.removeAttribute("aria-busy");
      end();
    }
    await this.#guard(async () => { await this.hello(); await this.#log.refresh(turn.id); });
  }

  #begin(turn) {
    this.#turn = turn;
    this.#unsent = null;
    this.#tell("");
    this.#show("thinking");
    this.#captions.setAttribute("aria-busy", "true"); // read out once, when it is whole
    this.#you.replaceChildren(hidden("You: "), turn.text);
    this.#reply.replaceChildren();
    this.#reply.classList.remove("long");
    this.toNow();
  }

  #event(turn, { event, ...data }) {
    if (event === "heard") { Object.assign(turn, { heard: true, id: data.turn }); this.#last = data.turn; }
    if (event === "word" && !turn.stopped) this.#hear(turn, data.text);
    if (event === "said") this.#say(data.text, data.interrupted);
  }

  #hear(turn, word) {
    if (turn.shown++ === 0) this.#say("");
    this.#show("speaking");
    this.#line.pulse();
    this.#reply.append(word);
    this.#reply.classList.toggle("long", this.#reply.textContent.length > LONG);
    this.toNow();
  }

  // Shows what she has said so far: what was really said replaces what came word by word.
  #say(text, interrupted = false) {
    this.#reply.replaceChildren(hidden(`${this.#her.her}: `), text, interrupted ? h("small", { class: "cut" }, " interrupted") : "");
    this.#reply.classList.toggle("long", text.length > LONG);
    this.toNow();
  }

  #interrupt() {
    const turn = this.#turn;
    if (!turn || turn.stopped) return;
    turn.stopped = true;
    this.#guard(() => this.#wire.one("stop", { shown: turn.shown, channel: "page" }));
  }

  // The turn ended badly. What she had not heard goes back to where it was written.
  #broken(turn, error) {
    if (!(error instanceof Lost)) this.#show("here");
    if (!turn.heard) {
      if (error instanceof Lost) this.#unsent = { text: turn.text, at: turn.at };
      this.#field.value = [turn.text, this.#field.value].filter(Boolean).join("\n");
      this.#you.replaceChildren();
      this.#grow();
    }
    if (error instanceof Refusal) this.#trouble(error);
    else if (!(error instanceof Lost)) throw error;
  }

  // Never sends anything again by itself; first looks whether she had heard it after all.
  async #offerAgain() {
    const { text, at } = this.#unsent;
    this.#unsent = null;
    const { lines } = await this.#wire.one("lines", { limit: 6 });
    const heard = lines.some((line) => line.who === "person" && line.text === text && Date.parse(line.when) >= at - 1000);
    if (heard) {
      if (this.#field.value === text) this.#field.value = "";
      this.#grow();
      this.#tell("Connected again. She had heard your last words.");
    } else {
      this.#tell("Connected again. She has not heard this yet.", button("Send again", () => this.#submit()));
    }
  }

  // ---- what is shown

  #show(state) {
    this.#line.setAttribute("state", state);
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      const hadFocus = document.activeElement === this.#stop;
      this.dataset.state = state;
      this.#word.textContent = WORDS[state];
      const how = matchMedia("(pointer: coarse)").matches ? "touch Stop to interrupt" : "press Esc to interrupt";
      this.#hint.textContent = state === "speaking" ? how : "";
      if (hadFocus) this.#field.focus();
    }, SETTLE);
  }

  #showRecord() {
    const { record, since } = this.#her;
    const off = since ? `Off the record since ${timeText(since)}: kept nowhere` : "Off the record: kept nowhere";
    this.#badge.textContent = { on: "", off, unmet: "Not remembered yet" }[record];
    this.#badge.hidden = record === "on";
    this.#line.toggleAttribute("thin", record !== "on");
    this.#record.textContent = record === "unmet" ? "Be remembered" : "Off the record";
    if (record === "unmet") this.#record.removeAttribute("aria-pressed");
    else this.#record.setAttribute("aria-pressed", String(record === "off"));
  }

  #tell(sentence, ...buttons) {
    this.#notice.replaceChildren(...(sentence ? [h("p", {}, sentence), ...buttons] : []));
  }

  #trouble(error) {
    if (error instanceof Lost) return; // said already, when the connection went
    if (!(error instanceof Refusal)) throw error;
    this.#tell(error.message, button("Close", () => { this.#tell(""); this.#field.focus(); }, { class: "pill quiet" }));
  }

  async #guard(work) {
    try {
      await work();
    } catch (error) {
      this.#trouble(error);
    }
  }

  // The stage fills what the place to write leaves.
  #measure() {
    const atNow = this.#nearNow();
    document.documentElement.style.setProperty("--writing", `${this.#composer.offsetHeight}px`);
    if (atNow) this.toNow();
  }

  #grow() {
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight}px`;
  }

  #logChanged() {
    const atNow = !this.#log.contains(document.activeElement) && this.#nearNow();
    this.#earlier.hidden = this.#log.hidden;
    this.#forget.hidden = this.#log.hidden && !this.#you.textContent;
    if (atNow) this.toNow();
  }

  #nearNow() {
    return this.#stage.getBoundingClientRect().top < innerHeight / 2 || this.#earlier.hidden;
  }

  // ---- switches

  #toggleRecord() {
    this.#guard(async () => {
      const { phrase } = await this.#wire.one("record", { on: this.#her.record !== "on" });
      await this.hello();
      if (!phrase) return;
      this.classList.add("meeting");
      this.#meeting.showPhrase(phrase);
    });
  }

  // What one types in the terminal works here too.
  async #obey(typed) {
    if (typed === "help") this.#tell(HELP);
    else if (typed === "forget") this.#askToForget();
    else if ((this.#her.record === "on") !== (typed === "on")) this.#toggleRecord();
  }

  // Forgetting is for good, so it is asked twice.
  #askToForget() {
    const yes = button("Forget it", () => this.#guard(() => this.#forgetLast()), { class: "pill solid" });
    this.#tell("Forget the last thing you said to her, and her answer, for good?", yes,
      button("Keep it", () => { this.#tell(""); this.#forget.focus(); }));
    yes.focus();
  }

  async #forgetLast() {
    const turn = this.#last ?? (this.#her.record === "on" ? this.#log.last : null); // never what another said since
    const { turns, backups = [] } = await this.#wire.one("forget", { what: "last", ...(turn ? { turn } : {}) });
    this.#last = null;
    this.#you.textContent = this.#reply.textContent = "";
    await this.#log.refresh();
    await this.hello();
    const elsewhere = backups.length ? ` Backups made before still hold it: ${backups.join(", ")}.` : "";
    this.#tell(turns ? `Forgotten, for good.${elsewhere}` : "There is nothing to forget.");
    this.#field.focus();
  }

  #toggleStill() {
    const still = this.#still.getAttribute("aria-pressed") !== "true";
    this.dispatchEvent(new CustomEvent("settings", { detail: { still } }));
  }
}

customElements.define("talk-view", TalkView);
