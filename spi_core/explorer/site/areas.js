// The areas of a map and their fills: one path an area, or one a class where there are thousands, which is drawn many times as fast.
// Both are used alike: el, place(event), paint(fills), and option(i), choose(i) for the list that the map is to a screen reader.

import { s } from "./dom.js";
import { finder } from "./rings.js";

const MANY = 1500;

export function createAreas(prefix, areas, paths, size) {
  return areas.length > MANY ? classPaths(prefix, areas, paths, size) : areaPaths(prefix, areas, paths);
}

function paintOf(prefix, fill) {
  return fill.startsWith("pattern:") ? `url(#${prefix}-${fill.slice(8)})` : fill;
}

function areaPaths(prefix, areas, paths) {
  const made = areas.map((area, i) => s("path", {
    id: `${prefix}-${i}`, class: "area", d: paths[i], role: "option", "aria-label": area.name, "aria-selected": "false", "data-i": i,
  }));
  const el = s("g", { role: "none", "fill-rule": "evenodd" }, made);
  let painted = [];
  let chosen = null;
  return {
    el,
    place: (event) => Number(event.target.dataset?.i ?? -1),
    paint(fills) {
      fills.forEach((fill, i) => fill !== painted[i] && made[i].setAttribute("fill", paintOf(prefix, fill)));
      painted = fills;
    },
    option: (i) => `${prefix}-${i}`,
    choose(i) {
      chosen?.setAttribute("aria-selected", "false");
      chosen = made[i] ?? null;
      chosen?.setAttribute("aria-selected", "true");
    },
  };
}

// The list shows a screen reader two options at most: the one that the keys have reached and the chosen one.
function classPaths(prefix, areas, paths, { width, height }) {
  const classes = s("g", { "aria-hidden": "true", "fill-rule": "evenodd" });
  const options = s("g", { role: "none" });
  const el = s("g", { role: "none" }, classes, options);
  let active = 0;
  let chosen = -1;
  let find = null;

  function offer() {
    const listed = chosen < 0 || chosen === active ? [active] : [active, chosen];
    options.replaceChildren(...listed.map((i) => s("path", {
      id: `${prefix}-${i}`, class: "option", d: paths[i], fill: "none", role: "option", "aria-label": areas[i].name,
      "aria-selected": String(i === chosen), "aria-posinset": i + 1, "aria-setsize": areas.length,
    })));
  }
  offer();

  return {
    el,
    place(event) {
      find ??= finder(paths, width, height);
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(el.getScreenCTM().inverse());
      return find([x, y]);
    },
    paint(fills) {
      const parts = new Map();
      fills.forEach((fill, i) => {
        if (!parts.has(fill)) parts.set(fill, []);
        parts.get(fill).push(paths[i]);
      });
      classes.replaceChildren(...[...parts].map(([fill, own]) => s("path", { class: "area-class", fill: paintOf(prefix, fill), d: own.join("") })));
    },
    option(i) {
      active = i;
      offer();
      return `${prefix}-${i}`;
    },
    choose(i) {
      if (i === chosen) return;
      chosen = i;
      offer();
    },
  };
}
