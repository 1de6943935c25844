// Outlines as rings of points: what a path of the data ("M x y l dx dy … z") encloses.

export function ringsOf(path) {
  return path.split("M").filter(Boolean).map((part) => {
    const [x, y, ...steps] = part.match(/-?\d+(?:\.\d+)?/g).map(Number);
    const ring = [[x, y]];
    for (let i = 0; i + 1 < steps.length; i += 2) {
      const [px, py] = ring[ring.length - 1];
      ring.push([px + steps[i], py + steps[i + 1]]);
    }
    return ring;
  });
}

export function holds(ring, [x, y]) {
  let inside = false;
  ring.forEach(([ax, ay], i) => {
    const [bx, by] = ring[(i + ring.length - 1) % ring.length];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}

// A function from a point to the position of the path that holds it, -1 for none. Each path is noted in the cells of a coarse
// grid that its box touches, so that a point is compared with the few paths near it.
export function finder(paths, width, height) {
  const side = Math.max(width, height) / Math.max(1, Math.sqrt(paths.length));
  const across = Math.floor(width / side) + 1;
  const cell = (x, y) => Math.floor(y / side) * across + Math.floor(x / side);
  const rings = paths.map(ringsOf);
  const near = new Map();
  rings.forEach((outlines, i) => {
    const points = outlines.flat();
    if (!points.length) return;
    const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
    const [right, bottom] = [Math.max(...xs), Math.max(...ys)];
    for (let y = Math.min(...ys); y < bottom + side; y += side) {
      for (let x = Math.min(...xs); x < right + side; x += side) {
        const key = cell(Math.min(x, right), Math.min(y, bottom));
        if (!near.has(key)) near.set(key, []);
        near.get(key).push(i);
      }
    }
  });
  const inside = (i, point) => rings[i].filter((ring) => holds(ring, point)).length % 2 === 1;
  return (point) => (near.get(cell(...point)) ?? []).find((i) => inside(i, point)) ?? -1;
}
