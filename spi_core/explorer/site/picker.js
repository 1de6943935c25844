// The measure picker: index, dimensions, components, indicators as a tree with a search box.

import { button, h, replace, uniqueId, walk } from "./dom.js";
import { createSearch } from "./seek.js";

export const KIND_WORDS = { index: "Index", dimension: "Dimension", component: "Component", indicator: "Indicator" };

export function createPicker(ctx) {
  const { model } = ctx;
  const id = uniqueId("measures");
  const name = h("span", {});
  const kind = h("small", {});
  const opener = button([h("span", { class: "sr" }, "Measure: "), h("span", {}, kind, name)], {
    class: "button pick-button", "aria-expanded": "false", "aria-controls": id, "data-key": "pick",
  }, () => toggle(panel.hidden));
  const search = h("input", { type: "search", id: `${id}-q`, autocomplete: "off", oninput: () => draw() });
  const count = h("p", { class: "status", role: "status" });
  const tree = h("ul", { class: "tree" });
  const panel = h("div", { class: "panel", id, hidden: true },
    h("label", { class: "label", for: `${id}-q` }, "Search measures"), search, count, tree);
  const el = h("div", { class: "pick" }, h("span", { class: "label", id: `${id}-l` }, "Measure"), opener, panel);
  const seek = createSearch(model);
  let chosen = "";
  let best = ""; // what Enter takes

  function toggle(open) {
    panel.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (!open) return;
    search.value = "";
    draw();
    // A finger's keyboard would cover the list.
    if (!matchMedia("(pointer: coarse)").matches) search.focus();
  }

  function draw() {
    const query = search.value;
    const found = query.trim() ? seek(query) : model.measures;
    const hits = new Set(found.map((m) => m.id));
    best = query.trim() ? found[0]?.id : chosen;
    count.textContent = query.trim() ? `${hits.size} measure${hits.size === 1 ? "" : "s"} found` : "";
    replace(tree, model.measures.filter((m) => !m.parent).map((m) => branch(m, hits)));
  }

  function branch(measure, hits) {
    const inner = model.children(measure.id).map((m) => branch(m, hits)).filter(Boolean);
    if (!hits.has(measure.id) && !inner.length) return null;
    const scored = measure.levels.length > 0;
    return h("li", {},
      button([measure.name, scored ? null : h("small", {}, ` – ${measure.note || "no figures yet"}`)], {
        class: `kind-${measure.kind}${measure.id === best ? " best" : ""}`, "aria-pressed": String(measure.id === chosen), "data-measure": measure.id,
      }, () => pick(measure.id)),
      inner.length ? h("ul", {}, inner) : null);
  }

  function pick(measure) {
    toggle(false);
    opener.focus();
    ctx.go({ measure });
  }

  el.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) {
      event.stopPropagation();
      toggle(false);
      opener.focus();
    } else if (event.key === "Enter" && event.target === search) {
      event.preventDefault(); // or the same key would press the button that opens the list
      if (search.value.trim() && best) pick(best);
    } else if (!panel.hidden) walk(event, search, tree);
  });
  el.addEventListener("focusout", (event) => {
    if (!panel.hidden && event.relatedTarget && !el.contains(event.relatedTarget)) toggle(false);
  });
  const outside = (event) => {
    if (!panel.hidden && !event.composedPath().includes(el)) toggle(false);
  };
  document.addEventListener("pointerdown", outside);

  return {
    el,
    update(state) {
      chosen = state.measure;
      const measure = model.measure(chosen);
      kind.textContent = measure.parent ? `${KIND_WORDS[measure.kind]} of ${model.measure(measure.parent).name}` : KIND_WORDS[measure.kind];
      name.textContent = measure.name;
    },
    destroy: () => document.removeEventListener("pointerdown", outside),
  };
}
