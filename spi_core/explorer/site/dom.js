// Elements made without markup: every word reaches the page as text, never as HTML.

const SVG_NS = "http://www.w3.org/2000/svg";

// A link leads to a page or to a file; an address of another kind could run as a script.
function leadsSomewhere(address) {
  try {
    return ["https:", "http:", "file:", "blob:"].includes(new URL(address, document.baseURI).protocol);
  } catch {
    return false;
  }
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "href" && !leadsSomewhere(value)) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else if (name === "vars") for (const [key, v] of Object.entries(value)) node.style.setProperty(key, v);
    else node.setAttribute(name, value === true ? "" : value);
  }
  append(node, children);
  return node;
}

// Add text, nodes or nested lists of them.
export function append(node, children) {
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG_NS, tag), attributes, children);
}

// Replace what a node holds; a focused control with the same data-key keeps the focus.
export function replace(node, ...children) {
  const active = node.getRootNode().activeElement;
  const key = active && node.contains(active) ? active.closest("[data-key]")?.dataset.key : null;
  node.replaceChildren();
  append(node, children);
  if (key) node.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  return node;
}

let lastId = 0;
export function uniqueId(prefix) {
  lastId += 1;
  return `spi-${prefix}-${lastId}`;
}

// A button of text; `attributes` as for h().
export function button(label, attributes, onclick) {
  return h("button", { type: "button", ...attributes, onclick }, label);
}

// Arrow keys walk from a field through the buttons of its list and back.
export function walk(event, field, list) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const buttons = [...list.querySelectorAll("button")];
  const to = buttons.indexOf(event.target) + step;
  (to < 0 ? field : buttons[to])?.focus();
}

// A slider that a swipe past it leaves as it was: a browser sets it at the first touch and says only later that the page is scrolled.
export function slider(attributes, oninput) {
  let before = "";
  const back = () => {
    if (el.value === before) return;
    el.value = before;
    oninput();
  };
  const el = h("input", { type: "range", ...attributes, oninput, onpointerdown: () => { before = el.value; }, onpointercancel: back });
  return el;
}

// A group of radio buttons drawn as one bar; `compact`: on a phone a list to choose from. Returns { el, set, allow, offer }.
export function segments(legend, name, options, onpick, { compact = false } = {}) {
  const inputs = new Map();
  const group = uniqueId(name);
  const labels = options.map(({ value, label }) => {
    const input = h("input", { type: "radio", name: group, value, onchange: () => onpick(value) });
    inputs.set(value, input);
    return h("label", { class: "segment" }, input, h("span", {}, label));
  });
  const list = compact ? h("select", { class: "segment-list", "aria-label": legend, "data-key": `list-${name}`, onchange: () => onpick(list.value) }, options.map(({ value, label }) => h("option", { value }, label))) : null;
  const el = h("fieldset", { class: compact ? "segments compact" : "segments" }, h("legend", {}, legend), h("div", { class: "segment-bar" }, labels), list);
  const set = (value) => {
    for (const [key, input] of inputs) input.checked = key === value;
    if (list) list.value = value;
  };
  const allow = (value, yes) => {
    const input = inputs.get(value);
    if (input) input.disabled = !yes;
    const option = [...(list?.options ?? [])].find((o) => o.value === value);
    if (option) option.disabled = !yes;
  };
  // What can't be looked at is no choice at all; what is left may go by another name.
  const offer = (value, yes, label) => {
    const input = inputs.get(value);
    input.closest("label").hidden = !yes;
    input.disabled = !yes;
    replace(input.nextSibling, label);
  };
  return { el, set, allow, offer };
}
