// The frame around every view: navigation, controls, title and sentence, table, downloads; one state, in the address.

import { button, h, replace, segments, uniqueId } from "./dom.js";
import { openData } from "./data.js";
import { andList } from "./format.js";
import { createAbout } from "./about.js";
import { fitCharts } from "./chartbox.js";
import { drawingsIn } from "./charts.js";
import { createCompare } from "./compare.js";
import { createFigure } from "./figure.js";
import { createFinder, areaAtLevel } from "./find.js";
import { createGlance } from "./glance.js";
import { createMapView } from "./mapview.js";
import { createPicker } from "./picker.js";
import { createScorecard } from "./scorecard.js";
import { partialWords, viewNote } from "./cautions.js";
import { createSharing } from "./download.js";
import { createStore, writeState } from "./state.js";
import { createTargets } from "./targets.js";
import { createWeights } from "./weights.js";
import { drawTable } from "./table.js";

const TABS = [
  ["map", "Map", createMapView],
  ["scorecard", "Scorecard", createScorecard],
  ["compare", "Compare", createCompare],
  ["figure", "This figure", createFigure],
  ["weights", "What matters", createWeights],
  ["targets", "Targets", createTargets],
  ["about", "Help", createAbout],
];

// Draw the explorer into an element or a shadow root.
// options: css (text for a shadow root), url ("hash" or "none"), base (address of the explorer's folder, for links and embed code).
export function mount(root, data, options = {}) {
  performance.mark("explorer:mount:start");
  const model = openData(data);
  const shadow = root instanceof ShadowRoot;
  if (options.css && shadow) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(options.css);
    root.adoptedStyleSheets = [sheet];
  }
  const base = webAddress(options.base);
  const address = (path) => (base ? new URL(path, base).href : path);
  const ctx = { model, data, base, address, embedded: shadow, state: () => store.get(), go: (change, how) => store.set(change, how) };
  const store = createStore(model, options.url ?? "hash", (state, before) => frame.update(state, before));
  const frame = createFrame(ctx);
  root.replaceChildren(frame.el);
  frame.update(store.get(), null);
  performance.mark("explorer:usable");
  whenPainted(() => performance.mark("explorer:painted"));

  const api = {
    state: () => store.get(),
    address: () => writeState(store.get(), model),
    go: (change) => store.set(change),
    back: () => store.back(),
    // Milliseconds until a new measure is painted.
    setMeasure(measure) {
      const start = performance.now();
      store.set({ measure });
      return new Promise((done) => {
        whenPainted(() => done(performance.now() - start));
      });
    },
    destroy() {
      store.stop();
      frame.destroy();
      root.replaceChildren();
    },
  };
  if (!shadow) window.spiExplorer = api;
  return api;
}

// The folder's address, or nothing where the edition's settings name none that a browser can follow.
function webAddress(text) {
  try {
    return new URL(text).href;
  } catch {
    return null;
  }
}

function whenPainted(then) {
  requestAnimationFrame(() => setTimeout(then, 0));
}

function createFrame(ctx) {
  const { model } = ctx;
  const views = new Map();
  const makers = new Map(TABS.map(([id, , make]) => [id, make]));
  const links = new Map();
  const nav = createNav(ctx, links);
  const bar = createBar(ctx);
  const mainId = uniqueId("main");
  const title = h("h2", { class: "view-title", tabindex: "-1", id: mainId });
  const lead = h("p", { class: "lead", "aria-live": "polite" });
  const glance = createGlance(ctx);
  const note = h("p", { class: "callout", hidden: true });
  const place = h("div", {});
  const tableId = uniqueId("table");
  const tableButton = button("Show as a table", { class: "button", "aria-expanded": "false", "aria-controls": tableId, "data-key": "table" }, () => ctx.go({ table: !ctx.state().table }));
  const tableBox = h("div", { id: tableId });
  let current = null;
  const sharing = createSharing(ctx, () => shownNow(ctx, current), () => current);
  const actions = h("section", { class: "actions", "aria-label": "Table and downloads" }, h("div", { class: "buttons" }, tableButton, sharing.toggle), sharing.panel, tableBox);
  const body = h(ctx.embedded ? "section" : "main", { class: "spi-wrap", "aria-labelledby": mainId }, title, lead, glance.el, bar.el, note, place, actions);
  // After a search the answer is on the screen, whatever a phone has scrolled to.
  ctx.show = () => requestAnimationFrame(() => {
    const box = (lead.hidden ? title : lead).getBoundingClientRect();
    if (box.top < 0 || box.bottom > innerHeight) title.scrollIntoView({ block: "start" });
  });
  const skip = h("a", { class: "skip", href: `#${mainId}`, onclick: (event) => {
    event.preventDefault();
    title.focus();
  } }, "Skip to the view");
  const el = h("div", { class: "spi", lang: "en-GB" }, skip, createMark(model), createHead(ctx, nav), h("hr", { class: "rule" }), body, createFoot(ctx));

  function update(state, before) {
    for (const [id, link] of links) {
      if (id === state.view) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      link.setAttribute("href", `#${writeState({ ...state, view: id, sort: "" }, model)}`);
    }
    const moved = state.view !== before?.view;
    if (!views.has(state.view)) views.set(state.view, makers.get(state.view)(ctx));
    current = views.get(state.view);
    if (moved) replace(place, current.el);
    bar.update(state, current);
    current.update(state, before);
    title.textContent = current.title(state);
    lead.textContent = current.sentence(state);
    lead.hidden = !lead.textContent;
    glance.update(state);
    note.textContent = current.note ? current.note(state) : viewNote(model, state);
    note.hidden = !note.textContent;
    updateTable(state, before, moved);
    sharing.update();
    if (!ctx.embedded) document.title = `${title.textContent} – ${model.meta.explorer}`;
    if (moved && before) title.focus({ preventScroll: false });
  }

  function updateTable(state) {
    const twin = current.twin && state.table ? current.twin(state) : null;
    actions.hidden = !current.twin;
    tableButton.setAttribute("aria-expanded", String(state.table));
    tableButton.firstChild.textContent = state.table ? "Hide the table" : "Show as a table";
    replace(tableBox, twin ? drawTable(twin, state.sort, (sort) => ctx.go({ sort })) : []);
  }

  const paper = matchMedia("print");
  const fit = () => fitCharts(place);
  paper.addEventListener("change", fit);

  function destroy() {
    paper.removeEventListener("change", fit);
    for (const part of [...views.values(), bar]) part.destroy?.();
  }
  return { el, update, destroy };
}

// What the current view offers for downloads.
function shownNow(ctx, view) {
  const state = ctx.state();
  return {
    title: view.title(state),
    sentence: [view.sentence(state), partialWords(ctx.model, state)].filter(Boolean).join(" "),
    note: view.pictureNote ? view.pictureNote(state) : view.note ? view.note(state) : viewNote(ctx.model, state),
    pairs: view.pairs ? view.pairs(state) : null,
    twin: view.twin ? view.twin(state) : null,
    drawings: view.drawings ? view.drawings() : drawingsIn(view.el),
    legend: view.legend ? view.legend() : null,
    legendTitle: view.legendTitle ? view.legendTitle(state) : "",
  };
}

function createMark(model) {
  const internal = model.meta.audience !== "public" ? "OFFICIAL-SENSITIVE. Internal: not for publication. " : "";
  const text = internal + (model.meta.mark ? `◇ ${model.meta.mark}` : "");
  return text ? h("p", { class: "mark", role: "note" }, h("span", {}, text)) : null;
}

function createHead(ctx, nav) {
  const { meta } = ctx.model;
  return h("header", { class: "head spi-wrap" },
    h("div", { class: "head-names" }, h("p", { class: "kicker" }, [meta.area_name, meta.edition_year].filter(Boolean).join(" · ")), h("h1", {}, meta.explorer)),
    nav);
}

function createNav(ctx, links) {
  const { model } = ctx;
  const items = TABS.map(([id, label]) => {
    const link = h("a", { href: `#view=${id}`, "data-view": id, onclick: (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      ctx.go({ view: id, sort: "" });
    } }, id === "map" && !model.shapes ? "Areas" : label);
    links.set(id, link);
    return h("li", {}, link);
  });
  return h("nav", { class: "tabs", "aria-label": "Views" }, h("ul", {}, items));
}

function createFoot(ctx) {
  const { meta, links, whole } = ctx.model;
  const documents = [["index", "All documents of this edition"], ["report", `${whole[0].toUpperCase()}${whole.slice(1)} report`], ["methods", "Methods"]];
  const usable = ctx.base || !ctx.embedded;
  return h("footer", { class: "spi-wrap" }, h("div", { class: "foot" },
    usable ? h("p", {}, documents.filter(([key]) => links[key]).map(([key, text], i) => [i ? " · " : "", h("a", { href: ctx.address(links[key]) }, text)])) : null,
    h("p", {}, `${meta.short_title}, data version ${meta.data_version}. ${meta.licence}. ${meta.contact}.`),
    h("p", {}, meta.attribution),
    h("p", {}, "No cookies, no third parties: this page sends nothing about you anywhere.")));
}

function createBar(ctx) {
  const { model } = ctx;
  const picker = createPicker(ctx);
  const show = segments("Show", "show", [
    ...model.periods.map((p) => ({ value: `period:${p.id}`, label: p.label })),
    { value: "rating", label: "Rating" },
    ...(model.periods.length > 1 ? [{ value: "change", label: "Change" }] : []),
  ], (value) => ctx.go(value.startsWith("period:") ? { show: "value", period: value.slice(7) } : { show: value, period: model.periods[model.periods.length - 1].id }));
  const level = segments("Areas", "level", model.levels.map((l) => ({ value: l.id, label: l.label })), (value) => ctx.go(levelChange(ctx, value)), { compact: true });
  const finder = createFinder(ctx, (area) => ctx.go(foundChange(ctx, area)));
  const parts = { find: finder.el, pick: picker.el, show: show.el, level: level.el };
  const reasonId = uniqueId("reason");
  const reason = h("p", { class: "reason", id: reasonId });
  for (const group of [show.el, level.el]) group.setAttribute("aria-describedby", reasonId);
  const bar = h("div", { class: "bar" }, Object.values(parts));
  const el = h("div", { class: "controls" }, bar, finder.answer, reason);

  function update(state, view) {
    for (const [name, part] of Object.entries(parts)) part.hidden = !view.controls.includes(name);
    el.hidden = !view.controls.length;
    if (model.levels.length < 2) level.el.hidden = true;
    picker.update(state);
    finder.update(state, view.controls.includes("find"));
    const rated = model.hasRating(state.measure, state.level);
    show.allow("rating", rated);
    const offered = model.periods.filter((p) => model.hasPeriod(state.measure, state.level, p.id));
    // By the measure's own dates, as title and sentence have them.
    for (const p of model.periods) show.offer(`period:${p.id}`, offered.includes(p), offered.length > 1 ? model.periodLabel(state.measure, p.id) : "Latest");
    const since = model.firstLabel(state.measure);
    const long = since.length > 8;
    bar.classList.toggle("long", long);
    if (model.periods.length > 1) show.offer("change", true, ["Change", long ? null : h("span", { class: "since" }, ` since ${since}`)]);
    show.allow("change", model.hasChange(state.measure, state.level));
    show.set(state.show === "change" ? "change" : state.show === "rating" && rated && model.isLast(state.period) ? "rating" : `period:${state.period}`);
    for (const l of model.levels) level.allow(l.id, model.has(state.measure, l.id) || l.id === state.level);
    level.set(state.level);
    reason.textContent = view.controls.includes("show") ? absentChoices(model, state) : "";
    reason.hidden = !reason.textContent;
  }
  return { el, update, destroy: picker.destroy };
}

// Why a choice of the bar is not to be had: one line, so that no greyed word stands without its reason.
function absentChoices(model, { measure: id, level }) {
  const measure = model.measure(id);
  const only = (has) => {
    const found = model.levels.filter((l) => has(id, l.id)).map((l) => model.called(l.id));
    return found.length ? `${andList(found)} only` : "";
  };
  const said = [];
  if (!measure.levels.length) return "There are no figures to rate, to compare or to see by other areas.";
  if (!model.hasRating(id, level)) said.push(measure.kind === "indicator" ? "Only scores are rated." : `Rating: ${only(model.hasRating) || "none in this edition"}.`);
  const apart = model.periods.filter((p) => !model.hasPeriod(id, level, p.id)).map((p) => model.periodLabel(id, p.id));
  if (apart.length) said.push(measure.kind === "indicator" ? `No figures of ${andList(apart)}.` : `No score of ${andList(apart)} is shown: it would rest on other figures. Change compares what both have.`);
  if (model.periods.length > 1 && !model.hasChange(id, level)) said.push(`Change: ${only(model.hasChange) || "none to be had"}.`);
  const lacking = model.levels.filter((l) => !model.has(id, l.id)).map((l) => l.plural.replace(/ \(.*\)/, ""));
  if (lacking.length) said.push(`No figures of ${andList(lacking)}.`);
  return said.join(" ");
}

function levelChange(ctx, level) {
  const area = ctx.model.area(ctx.state().area);
  const same = area ? areaAtLevel(ctx.model, area, level) : null;
  return { level, area: same && (same.level === level || ctx.model.level(level).role === "detail") ? same.code : "" };
}

function foundChange(ctx, area) {
  const { view, areas } = ctx.state();
  if (view === "compare") return { area: area.code, areas: [...new Set([...areas, area.code])] };
  return { area: area.code, level: area.level };
}
