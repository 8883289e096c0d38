// <settings-view>: sections of settings, each made by one function. Fires `settings` with what the person changed.

import { h } from "./dom.js";

const THEMES = { system: "As the system", light: "Light", dark: "Dark" };
const KEYS = {
  keyring: "in the keyring of this computer",
  passphrase: "made from your passphrase, which only you know",
  file: "in a file on this computer that only your account can read",
};
// ISO 3166-1 alpha-2
const COUNTRIES = `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM
GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR
LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH
PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN
TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW`.split(/\s+/);

const countryNames = new Intl.DisplayNames("en", { type: "region" });

function look(settings, set) {
  return [
    h("fieldset", {}, h("legend", {}, "Colours"), ...Object.entries(THEMES).map(([theme, label]) => h("label", {},
      h("input", { type: "radio", name: "theme", value: theme, checked: settings.theme === theme, onchange: () => set({ theme }) }), label))),
    h("label", {}, h("input", {
      type: "checkbox", name: "still", checked: settings.still, onchange: (event) => set({ still: event.target.checked }),
    }), "Keep her line still"),
    h("p", { class: "hint" }, "Where your system asks for less motion she is still anyway."),
  ];
}

function help(settings, set) {
  const countries = COUNTRIES.map((code) => [code, countryNames.of(code)]).sort((a, b) => a[1].localeCompare(b[1]));
  const select = h("select", { id: "country", onchange: () => set({ country: select.value || null }) },
    h("option", { value: "" }, "Not said"),
    ...countries.map(([code, name]) => h("option", { value: code, selected: settings.country === code }, name)));
  return [
    h("label", { for: "country" }, "Where you live"), select,
    h("p", { class: "hint" }, "Only so that, in danger, she names the telephone lines of your country."),
  ];
}

function home(settings) {
  const rows = { "She lives in": settings.home ? h("code", {}, settings.home) : "memory only: nothing is kept yet", "Her key is": KEYS[settings.key] ?? "not made yet", Version: settings.version };
  return [h("dl", {}, ...Object.entries(rows).map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))))];
}

const SECTIONS = [["How she looks", look], ["Lines of help", help], ["Where it all lies", home]];

class SettingsView extends HTMLElement {
  #note = h("p", { class: "note", role: "status" });
  #body = h("div", {});

  connectedCallback() {
    this.replaceChildren(h("h1", {}, "Settings"), this.#body, this.#note);
  }

  // Shows the settings as they are; focus stays where it was.
  set settings(settings) {
    const at = this.#body.contains(document.activeElement) ? document.activeElement : null;
    const set = (changes) => this.dispatchEvent(new CustomEvent("settings", { detail: changes }));
    this.#body.replaceChildren(...SECTIONS.map(([title, fill]) => h("section", {}, h("h2", {}, title), ...fill(settings, set))));
    const again = at && (at.id ? `#${at.id}` : `[name="${at.name}"]${at.type === "radio" ? ":checked" : ""}`);
    if (again) this.#body.querySelector(again).focus();
  }

  // Says in a few words what became of a change.
  set note(text) {
    this.#note.textContent = text;
  }
}

customElements.define("settings-view", SettingsView);
