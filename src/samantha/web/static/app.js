// Starts the page: the wire, the views and the way between them, her name, her colours.

import { h } from "./dom.js";
import "./settings.js";
import "./talk.js";
import { Lost, Refusal, Wire } from "./wire.js";

// A view joins by one line here: its name in the address, its label, its element.
const VIEWS = [
  ["talk", "Talk", h("talk-view")],
  ["settings", "Settings", h("settings-view")],
];
const [[, , talk], [, , settings]] = VIEWS;
const main = document.getElementById("main");
const address = new URL("ws", location.href);
address.protocol = "ws:";
address.hash = "";
const wire = new Wire(address);
let her = "Samantha";

function route() {
  const asked = location.hash.replace("#/", "");
  const [name, label, view] = VIEWS.find(([known]) => known === asked) ?? VIEWS[0];
  for (const [, , other] of VIEWS) other.hidden = other !== view;
  for (const link of document.querySelectorAll("#views a")) {
    if (link.hash === `#/${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.body.dataset.view = name;
  document.title = name === "talk" ? her : `${label}: ${her}`;
  if (view === talk) talk.toNow();
  else document.scrollingElement.scrollTop = 0;
  if (view === settings) look();
}

function apply(all) {
  if (all.theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = all.theme;
  talk.still = all.still;
  settings.settings = all;
}

// Shows the settings as they are now.
async function look() {
  settings.note = "";
  try {
    apply(await wire.one("settings"));
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Lost)) throw error;
    settings.note = error.message;
  }
}

async function change(set) {
  try {
    apply(await wire.one("settings", { set }));
    settings.note = "Saved.";
    await talk.hello();
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Lost)) throw error;
    settings.note = `Not saved. ${error.message}`;
  }
}

document.getElementById("views").append(...VIEWS.map(([name, label]) => h("li", {}, h("a", { href: `#/${name}` }, label))));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address belongs to the views
  const words = document.getElementById("words");
  (words.checkVisibility() ? words : main).focus();
});
talk.addEventListener("hello", ({ detail }) => {
  her = detail.her;
  document.getElementById("name").textContent = her;
  document.title = document.body.dataset.view === "talk" ? her : document.title;
});
for (const view of [talk, settings]) view.addEventListener("settings", ({ detail }) => change(detail));
wire.addEventListener("open", look);
addEventListener("hashchange", () => { route(); main.focus({ preventScroll: true }); });
main.replaceChildren(...VIEWS.map(([, , view]) => view));
talk.wire = wire;
route();
wire.connect();
