// The areas of a map as GeoJSON, with the figures of the view.

import { toLongitudeLatitude } from "./osgb.js";
import { holds, ringsOf } from "./rings.js";

function turn(ring) {
  let area = 0;
  ring.forEach(([x, y], i) => {
    const [nx, ny] = ring[(i + 1) % ring.length];
    area += x * ny - nx * y;
  });
  return area;
}

// Outer rings anticlockwise with their holes clockwise, as RFC 7946 wants (the drawing's y points down, so signs turn).
function geometryOf(path, project) {
  const polygons = [];
  for (const ring of ringsOf(path)) {
    const outer = polygons.find((p) => holds(p[0], ring[0]));
    if (outer) outer.push(turn(ring) < 0 ? [...ring].reverse() : ring);
    else polygons.push([turn(ring) > 0 ? [...ring].reverse() : ring]);
  }
  const closed = polygons.map((rings) => rings.map((ring) => [...ring, ring[0]].map(project)));
  return closed.length === 1 ? { type: "Polygon", coordinates: closed[0] } : { type: "MultiPolygon", coordinates: closed };
}

export function toGeoJson(model, level, properties) {
  const { west, north, metres } = model.shapes;
  const project = ([x, y]) => toLongitudeLatitude(west + x * metres, north - y * metres);
  const features = model.areas(level).map((area, i) => ({
    type: "Feature",
    id: area.code,
    properties: properties(area),
    geometry: geometryOf(model.shapes.levels[level].d[i], project),
  }));
  return JSON.stringify({ type: "FeatureCollection", features, attribution: model.meta.attribution, mark: model.meta.mark });
}
