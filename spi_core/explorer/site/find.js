// Find my area: by name, by postcode where the edition has a look-up, both without asking anyone.

import { button, h, replace, uniqueId } from "./dom.js";
import { plain } from "./seek.js";

const MOST = 8;
const POSTCODE = /^[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}$/;

// The area of a postcode: { area } or { reason } in words; null where the text is no postcode.
export function postcodeArea(model, text) {
  const code = text.toUpperCase().replace(/\s+/g, "");
  if (!POSTCODE.test(code)) return null;
  if (!model.postcodes) return { reason: `This edition has no postcode look-up. Type the name of ${model.unit.a} instead.` };
  const units = model.postcodes.sectors[code.slice(0, -2)] ?? [];
  for (const [place, letters] of units) {
    for (let i = 0; i < letters.length; i += 2) {
      if (letters.slice(i, i + 2) === code.slice(-2)) return { area: model.areas(model.postcodes.level)[place] };
    }
  }
  return { reason: `${code.slice(0, -3)} ${code.slice(-3)} is not in this ${model.whole}’s look-up.` };
}

// The area itself, or the one above it that the level shows.
export function areaAtLevel(model, area, level) {
  let found = area;
  while (found && found.level !== level && found.parent) found = model.area(found.parent);
  return found?.level === level ? found : area;
}

// Names that begin with the query first, then names that hold it; large areas before small.
export function areasNamed(model, query) {
  const wanted = plain(query);
  if (!wanted) return [];
  const everyone = model.levels.flatMap((l) => model.areas(l.id));
  const hits = everyone.filter((a) => plain(a.name).includes(wanted) || a.code.toLowerCase() === query.trim().toLowerCase());
  return hits.sort((a, b) => !plain(a.name).startsWith(wanted) - !plain(b.name).startsWith(wanted)).slice(0, MOST);
}

// A name that shows what may be typed: a short one, so that it can be read whole on a phone.
function example(model) {
  const names = model.areas(model.unit.id).map((a) => a.name);
  return `e.g. ${names.find((name) => name.length > 6 && name.length < 12) ?? names[0]}`;
}

export function findWords(model) {
  return `Find my ${model.unit.singular}`;
}

export function createFinder(ctx, onfind) {
  const { model } = ctx;
  const id = uniqueId("find");
  const input = h("input", { type: "text", id, autocomplete: "off", spellcheck: "false", "data-key": "find", placeholder: example(model), oninput: () => draw() });
  const status = h("p", { class: "sr", role: "status" });
  const list = h("ul", { class: "found" });
  const panel = h("div", { class: "panel", hidden: true }, list);
  const what = `${findWords(model)}${model.postcodes ? ", by name or postcode" : ""}`;
  const el = h("div", { class: "find" }, h("label", { class: "label", for: id }, what), input, status, panel);

  function found() {
    const post = postcodeArea(model, input.value);
    if (post) return { areas: post.area ? [areaAtLevel(model, post.area, ctx.state().level)] : [], reason: post.reason };
    return { areas: areasNamed(model, input.value), reason: `No area of this name. Check the spelling${model.shapes ? ", or tap the map" : ""}.` };
  }

  function draw() {
    const empty = !input.value.trim();
    panel.hidden = empty;
    if (empty) return void (status.textContent = "");
    const { areas, reason } = found();
    status.textContent = areas.length ? `${areas.length} found` : reason;
    replace(list, areas.length
      ? areas.map((area) => h("li", {}, button([area.name, " ", h("span", { class: "muted small" }, model.level(area.level).singular)], { class: "button" }, () => take(area))))
      : h("li", {}, reason));
  }

  function take(area) {
    input.value = "";
    panel.hidden = true;
    status.textContent = `${area.name} chosen`;
    input.focus();
    onfind(area);
  }

  el.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === input) {
      const [first] = found().areas;
      if (first) take(first);
    } else if (event.key === "Escape") {
      input.value = "";
      panel.hidden = true;
      input.focus();
    }
  });
  el.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !el.contains(event.relatedTarget)) panel.hidden = true;
  });
  return { el };
}
