// A figure that draws its chart as wide as the page allows, and again when that changes.

import { h, replace } from "./dom.js";

// draw(width) gives an SVG element; caption is text. Returns the <figure>.
export function chartBox(draw, caption) {
  const holder = h("div", {});
  const el = h("figure", { class: "chart" }, holder, caption ? h("figcaption", {}, caption) : null);
  let width = 0;
  new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (now > 0 && now !== width) {
      width = now;
      replace(holder, draw(width));
    }
  }).observe(holder);
  return el;
}
