// "Where do you live?": a field that knows areas, places and postcodes, asks where several may be meant, and never leaves a reader without a way on.

import { button, h, replace, uniqueId, walk } from "./dom.js";
import { andList, byName, number } from "./format.js";
import { createLookup, knownWords } from "./lookup.js";

const MOST_LISTED = 60;

// The area itself, or the one above it that the level shows.
export function areaAtLevel(model, area, level) {
  let found = area;
  while (found && found.level !== level && found.parent) found = model.area(found.parent);
  return found?.level === level ? found : area;
}

// A name that shows what may be typed: a place before an area, a short one, so that it can be read whole on a phone.
function example(model) {
  const short = (names) => names.find((name) => name.length > 6 && name.length < 12);
  const names = model.areas(model.unit.id).map((a) => a.name);
  return `e.g. ${short(model.places?.name.filter((name, i) => model.places.share[i] > 0 && !names.includes(name)) ?? []) ?? short(names) ?? names[0]}`;
}

export function findWords(model) {
  return model.within(model.unit.id) ? "Where do you live?" : `Find a ${model.unit.singular}`;
}

function partWords({ share, area }) {
  return share ? `covers ${number(share * 100, 0)}% of ${area.name} by land` : `in ${area.name}`;
}

const isArea = (model, hit) => hit.name === hit.area.name && hit.kind === model.level(hit.area.level).singular;
const yearsOf = (model, hit) => model.level(hit.area.level).vintage.replace("-", "–");

// Whether the name is that of an area and of another that is no area of this edition: a ward that is no more and one of today.
function twofold(model, name) {
  const { singular } = model.unit;
  return model.areas(model.unit.id).some((a) => a.name === name) && Boolean(model.places?.name.some((n, i) => n === name && model.places.kind[i].startsWith(`${singular} `)));
}

// What a hit is: "station, in Abbey", "park, covers 23% of Thames"; of two of one name what tells them apart is said as large as the name.
function hitWords(model, hit) {
  const own = isArea(model, hit);
  const kind = own && twofold(model, hit.name) ? `${hit.kind} of ${yearsOf(model, hit)}` : hit.kind;
  const part = own ? "" : partWords(hit);
  const small = (text) => h("span", { class: "muted small" }, text);
  return twofold(model, hit.name) && hit.kind.startsWith(model.unit.singular) ? [`${hit.name}, ${kind} `, small(part)] : [`${hit.name} `, small([kind, part].filter(Boolean).join(", "))];
}

export function createFinder(ctx, onfind) {
  const { model } = ctx;
  const id = uniqueId("find");
  const look = createLookup(model);
  // What is offered where nothing is found, unless it is too long a list.
  const units = [...model.areas(model.unit.id)].sort(byName);
  const everyone = units.length > MOST_LISTED ? [] : units.map((area) => ({ name: area.name, kind: model.unit.singular, area }));
  const input = h("input", { type: "text", id, autocomplete: "off", spellcheck: "false", "data-key": "find", placeholder: example(model), oninput: () => draw() });
  const status = h("p", { class: "sr", role: "status" });
  const list = h("ul", { class: "found" });
  const panel = h("div", { class: "panel", hidden: true }, list);
  const answer = h("p", { class: "answer", hidden: true });
  let told = ""; // code of the area that the answer speaks of
  const el = h("div", { class: "find" }, h("label", { class: "label", for: id }, findWords(model)), input, status, panel);

  const atLevel = (area) => areaAtLevel(model, area, model.level(ctx.state().level).role === "context" ? model.unit.id : ctx.state().level);
  const found = () => look(input.value, atLevel);

  // What stands above the list: that several may be meant, or why none is quite what was typed and what could be.
  function leadWords({ hits, more, reason, sure }) {
    if (!reason && !sure && hits.every((hit) => hit.share && hit.name === hits[0].name)) return `${hits[0].name} covers parts of ${hits.length} ${model.unit.plural} of ${yearsOf(model, hits[0])}, of which the figures are. Which do you live in?`;
    if (!reason) return sure ? "" : `Which one? ${more ? `The first ${hits.length} of ${hits.length + more}` : hits.length} are listed.`;
    const { known, lacks } = knownWords(model);
    const none = lacks.length ? `, but no ${andList(lacks).replace(" and ", " or ")}` : "";
    const way = hits.length ? "Nearest:" : `Choose ${model.shapes ? "on the map or " : ""}${everyone.length ? "here:" : `from the list of ${model.unit.plural}.`}`;
    return `${reason} This page knows ${andList(known)}${none}. ${way}`;
  }

  function draw() {
    const empty = !input.value.trim();
    panel.hidden = empty;
    answer.hidden = true;
    if (empty) return void (status.textContent = "");
    const now = found();
    const said = leadWords(now);
    status.textContent = [said, now.hits.length ? `${now.hits.length} found` : ""].filter(Boolean).join(" ");
    replace(list, said ? h("li", { class: "said" }, said) : null, (now.hits.length ? now.hits : everyone).map((hit) => h("li", {}, button(hitWords(model, hit), { class: "button" }, () => take(hit)))));
  }

  function take(hit) {
    input.value = "";
    panel.hidden = true;
    told = hit.area.code;
    const itself = hit.name === hit.area.name && !hit.note && !hit.share;
    const other = itself && twofold(model, hit.name) ? `This is ${hit.name}, the ${hit.kind} of ${yearsOf(model, hit)}. There is another, ${model.unit.a}${model.places.kind[model.places.name.indexOf(hit.name)].slice(hit.kind.length)}.` : "";
    answer.textContent = itself ? other : `${hit.name} (${hit.kind}) ${hit.share ? partWords(hit) : `is in ${hit.area.name}`}. The figures are of ${hit.area.name}, ${model.level(hit.area.level).a} of ${model.level(hit.area.level).vintage.replace("-", "–")}.${hit.note ? ` ${hit.note}.` : ""}`;
    answer.hidden = !answer.textContent;
    status.textContent = answer.textContent || `${hit.area.name} chosen`;
    // A finger's keyboard would cover what was found; a typist goes on typing.
    if (matchMedia("(pointer: coarse)").matches) input.blur();
    else input.focus();
    onfind(hit.area);
    ctx.show?.();
  }

  el.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === input && input.value.trim()) {
      event.preventDefault(); // or the same key would press the button that it leads to
      const { hits, sure } = found();
      if (sure) take(hits[0]);
      else list.querySelector("button")?.focus();
    } else if (event.key === "Escape") {
      input.value = "";
      panel.hidden = true;
      input.focus();
    } else if (!panel.hidden) walk(event, input, list);
  });
  el.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !el.contains(event.relatedTarget)) panel.hidden = true;
  });
  // What was found is said for as long as its area is the one that is shown, where one can search.
  return { el, answer, update: (state, offered) => { answer.hidden ||= state.area !== told || !offered; } };
}
