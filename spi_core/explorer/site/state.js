// The state of the explorer and its address: everything a view shows can be linked.

export const VIEWS = ["map", "scorecard", "compare", "figure", "weights", "targets", "about"];
export const SHOWS = ["value", "rating", "change"];
export const CLASS_METHODS = ["quantile", "equal", "jenks", "fixed"];
export const CLASS_COUNTS = [3, 4, 5, 6, 7];
export const MOST_AREAS = 10;
export const MOST_WEIGHT = 4;

// One letter or word per part of the state; the order is the order in the address.
const KEYS = {
  view: "view",
  measure: "measure",
  level: "level",
  period: "period",
  show: "show",
  area: "area",
  areas: "areas",
  classes: "classes",
  count: "n",
  intervals: "intervals",
  table: "table",
  sort: "sort",
  weights: "weights",
};

// What the address need not say.
export function defaultState(model) {
  return {
    view: "map",
    measure: model.measures[0].id,
    level: model.unit.id,
    period: model.periods[model.periods.length - 1].id,
    show: "value",
    area: "",
    areas: [],
    classes: "quantile",
    count: 4,
    intervals: true,
    table: false,
    sort: "",
    weights: {},
  };
}

// A state that the data can show; whatever it can't show falls back to the default.
export function validState(wanted, model) {
  const base = defaultState(model);
  const pick = (key, allowed) => (allowed.includes(wanted[key]) ? wanted[key] : base[key]);
  const state = {
    ...base,
    view: pick("view", VIEWS),
    measure: model.measure(wanted.measure) ? wanted.measure : base.measure,
    level: pick("level", model.levels.map((l) => l.id)),
    period: pick("period", model.periods.map((p) => p.id)),
    show: pick("show", SHOWS),
    classes: pick("classes", CLASS_METHODS),
    count: pick("count", CLASS_COUNTS),
    intervals: wanted.intervals !== false,
    table: wanted.table === true,
    sort: /^-?\d{1,2}$/.test(wanted.sort ?? "") ? wanted.sort : "",
  };
  state.area = model.area(wanted.area) ? wanted.area : "";
  // A change and a rating are of the last period; without a change there is the figure itself.
  if (state.show !== "value") state.period = base.period;
  if (!model.hasPeriod(state.measure, state.level, state.period)) state.period = base.period;
  if (state.show === "change" && !model.hasChange(state.measure, state.level)) state.show = "value";
  const known = [...new Set(wanted.areas ?? [])].filter((code) => model.area(code));
  state.areas = known.slice(0, MOST_AREAS);
  for (const [id, weight] of Object.entries(wanted.weights ?? {})) {
    const usable = model.measure(id)?.kind === "component" && weight >= 0 && weight <= MOST_WEIGHT;
    if (usable && weight !== 1) state.weights[id] = weight;
  }
  return state;
}

// The address of a state, without the "#"; parts that equal the default are left out.
export function writeState(state, model) {
  const base = defaultState(model);
  const parts = [];
  for (const [key, name] of Object.entries(KEYS)) {
    const text = asText(state[key]);
    // Briefs link to a scorecard by "areas" alone: an area that is left out on purpose has to be said.
    const said = key === "area" && state.view === "scorecard" && state.areas.length > 0;
    if (said || text !== asText(base[key])) parts.push(`${name}=${encode(text)}`);
  }
  return parts.join("&");
}

function asText(value) {
  if (value === true) return "on";
  if (value === false) return "off";
  if (Array.isArray(value)) return value.join(",");
  if (value !== null && typeof value === "object") {
    return Object.keys(value).sort().map((id) => `${id}:${value[id]}`).join(",");
  }
  return String(value);
}

function encode(text) {
  return encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%3A", ":");
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

// Read an address; unknown parts are passed over, so that old links keep working.
export function readState(hash, model) {
  const wanted = {};
  const text = String(hash).replace(/^[#?]/, "");
  const found = new Map(
    text.split("&").filter(Boolean).map((part) => {
      const at = part.indexOf("=");
      return at < 0 ? [part, ""] : [part.slice(0, at), decode(part.slice(at + 1))];
    }),
  );
  for (const [key, name] of Object.entries(KEYS)) {
    if (!found.has(name)) continue;
    const raw = found.get(name);
    if (key === "areas") wanted.areas = raw.split(",").filter(Boolean);
    else if (key === "weights") wanted.weights = readWeights(raw);
    else if (key === "count") wanted.count = Number(raw);
    else if (key === "intervals") wanted.intervals = raw !== "off";
    else if (key === "table") wanted.table = raw === "on";
    else wanted[key] = raw;
  }
  if (wanted.view === "scorecard" && !found.has("area") && wanted.areas?.length) [wanted.area] = wanted.areas;
  return validState(wanted, model);
}

function readWeights(raw) {
  const weights = {};
  for (const pair of raw.split(",")) {
    const at = pair.lastIndexOf(":");
    const weight = Number(pair.slice(at + 1));
    if (at > 0 && Number.isFinite(weight)) weights[pair.slice(0, at)] = weight;
  }
  return weights;
}

// Keeps a state and its address in step. `url` "none" leaves the address alone (a second element on one page).
export function createStore(model, url, onChange) {
  const own = url === "hash";
  let state = own ? readState(location.hash, model) : defaultState(model);
  const stack = [];

  const apply = (next) => {
    const before = state;
    state = next;
    onChange(state, before);
  };
  const heard = () => {
    const next = readState(location.hash, model);
    if (writeState(next, model) !== writeState(state, model)) apply(next);
  };
  if (own) addEventListener("hashchange", heard);

  return {
    get: () => state,
    // `replace` keeps a drag of a slider from filling the history.
    set(change, { replace = false } = {}) {
      const next = validState({ ...state, ...change }, model);
      const text = writeState(next, model);
      if (text === writeState(state, model)) return;
      if (own) {
        const address = `#${text}`;
        if (replace) location.replace(address);
        else location.hash = address;
      } else if (!replace) stack.push(state);
      apply(next);
    },
    back() {
      if (own) history.back();
      else if (stack.length) apply(stack.pop());
    },
    stop: () => removeEventListener("hashchange", heard),
  };
}
