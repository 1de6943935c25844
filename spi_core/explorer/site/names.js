// Names of files: two views that show different things never save under one name.

import { shownAs } from "./classify.js";
import { comparedAreas } from "./compare.js";
import { scorecardArea } from "./scorecard.js";

export function fileName(model, parts) {
  const { id, data_version: version, illustrative } = model.meta;
  return [id, version, ...parts, illustrative ? "illustrative" : ""].filter(Boolean).join("-").replace(/[^\w.-]+/g, "-");
}

// What a view shows: of which measure, areas and period.
export function viewName(model, state) {
  const period = { change: "change", rating: "rating" }[shownAs(model, state)] ?? model.periodLabel(state.measure, state.period);
  const picked = {
    map: () => [state.measure, state.level, period, state.area],
    scorecard: () => [scorecardArea(model, state)?.code],
    compare: () => [state.measure, state.level, period, ...comparedAreas(model, state).map((a) => a.code)],
    figure: () => [state.measure, state.area],
    weights: () => [state.level, ...Object.entries(state.weights).map(([id, weight]) => `${model.components.indexOf(model.measure(id)) + 1}x${weight}`).sort()],
  }[state.view];
  return fileName(model, [state.view, ...(picked?.() ?? [])]);
}
