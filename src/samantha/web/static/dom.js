// Making elements: h("p", {class: "her"}, "words", otherElement). Text is always text, never markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const hidden = (text) => h("span", { class: "unseen" }, text);

export const button = (label, onclick, attributes = {}) =>
  h("button", { type: "button", class: "pill", onclick, ...attributes }, label);

// Copies text and says on the button what came of it. Browsers refuse where the page has no focus.
export async function copy(text, from) {
  const label = from.textContent;
  let outcome = "Copied";
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    outcome = "Not allowed: select and copy";
  }
  from.textContent = outcome;
  setTimeout(() => { from.textContent = label; }, 2000);
}
