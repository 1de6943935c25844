// Where words fit on a map: a block of lines lies wholly within its area and covers no other block.

import { holds, ringsOf } from "./rings.js";

const FREE = 0.14; // of the letters' height, free on every side
const TRIES = 14;

// Whether a box [left, top, right, bottom] meets the line between two points.
function meets([left, top, right, bottom], [ax, ay], [bx, by]) {
  let [from, to] = [0, 1];
  for (const [at, d, low, high] of [[ax, bx - ax, left, right], [ay, by - ay, top, bottom]]) {
    if (d === 0) {
      if (at < low || at > high) return false;
      continue;
    }
    const [one, two] = [(low - at) / d, (high - at) / d];
    [from, to] = [Math.max(from, Math.min(one, two)), Math.min(to, Math.max(one, two))];
    if (from > to) return false;
  }
  return true;
}

const apart = (a, b) => a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];

// An outline that can tell whether a box lies within it.
export function outlineOf(path) {
  const rings = ringsOf(path);
  const points = rings.flat();
  const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
  return {
    box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
    within: (box) => rings.filter((ring) => holds(ring, [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])).length % 2 === 1
      && !rings.some((ring) => ring.some((p, i) => meets(box, p, ring[(i + 1) % ring.length]))),
  };
}

// The place nearest to `centre` where a block of a size lies within an outline, covering none of the boxes taken: [x, y] of its middle.
export function placeFor(outline, [cx, cy], [width, height], taken) {
  const [left, top, right, bottom] = outline.box;
  if (right - left < width || bottom - top < height) return null;
  const spots = [[cx, cy]];
  for (let i = 0; i <= TRIES; i += 1) {
    for (let j = 0; j <= TRIES; j += 1) {
      spots.push([left + width / 2 + ((right - left - width) * i) / TRIES, top + height / 2 + ((bottom - top - height) * j) / TRIES]);
    }
  }
  spots.sort((a, b) => Math.hypot(a[0] - cx, a[1] - cy) - Math.hypot(b[0] - cx, b[1] - cy));
  return spots.find(([x, y]) => {
    const box = boxAt([x, y], [width, height]);
    return taken.every((other) => apart(box, other)) && outline.within(box);
  }) ?? null;
}

export function boxAt([x, y], [width, height]) {
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

// The first of an area's ways of writing that fits, largest letters first: { at, size, lines } or null; what it takes is noted in `taken`.
// ways: [[{ text, bold }]], sizes in pixels, `wide(text, bold)` the width of a text in letters of 1 px, `unit` drawing units a pixel.
export function fit(outline, centre, ways, sizes, wide, unit, taken) {
  for (const lines of ways) {
    for (const size of sizes) {
      const margin = 2 * FREE * size * unit;
      const block = [Math.max(...lines.map((l) => wide(l.text, l.bold))) * size * unit + margin, lines.length * size * 1.12 * unit + margin];
      const at = placeFor(outline, centre, block, taken);
      if (!at) continue;
      taken.push(boxAt(at, block));
      return { at, size, lines };
    }
  }
  return null;
}

// A mark and its name beside it, both within the outline: { side, at } or null.
export function besideMark(outline, [x, y], radius, [width, height], taken) {
  const gap = radius + height * 0.15;
  const middles = [[x + gap + width / 2, y], [x - gap - width / 2, y], [x, y - gap - height / 2], [x, y + gap + height / 2]];
  const mark = boxAt([x, y], [2 * radius, 2 * radius]);
  if (!taken.every((other) => apart(mark, other)) || !outline.within(mark)) return null;
  const at = middles.find((m) => {
    const box = boxAt(m, [width, height]);
    return taken.every((other) => apart(box, other)) && outline.within(box);
  });
  if (!at) return null;
  taken.push(mark, boxAt(at, [width, height]));
  return at;
}
