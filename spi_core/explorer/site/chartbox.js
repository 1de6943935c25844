// A figure that draws its chart as wide as the page allows, and again when that changes.

import { h, replace } from "./dom.js";

// What draws each chart again at the width it now has.
const fitting = new WeakMap();

// Paper is not as wide as the screen, and no observer is told of it: draw the charts of a root again.
export function fitCharts(root) {
  for (const el of root.querySelectorAll("figure.chart")) fitting.get(el)?.();
}

// draw(width) gives an SVG element; caption is text. Returns the <figure>.
export function chartBox(draw, caption) {
  const holder = h("div", {});
  const el = h("figure", { class: "chart" }, holder, caption ? h("figcaption", {}, caption) : null);
  let width = 0;
  const fit = (wide) => {
    const now = Math.floor(wide);
    if (now > 0 && now !== width) {
      width = now;
      replace(holder, draw(width));
    }
  };
  new ResizeObserver(([entry]) => fit(entry.contentRect.width)).observe(holder);
  fitting.set(el, () => fit(holder.clientWidth));
  return el;
}
