// Where a map's classes begin and end.

// Upper limits of the classes, lowest first; the last one is the largest value. Equal limits are merged, so there may be fewer
// classes than asked for.
export function classBreaks(values, method, count) {
  const sorted = Float64Array.from(values.filter((v) => v !== null && Number.isFinite(v))).sort();
  if (!sorted.length) return [];
  const limits = { quantile: byQuantile, fixed: byQuantile, equal: bySteps, jenks: byJenks }[method](sorted, count);
  limits[limits.length - 1] = sorted[sorted.length - 1];
  return limits.filter((limit, i) => i === 0 || limit > limits[i - 1]);
}

// Which class a value falls in: 0 for the lowest. Values above the last limit count to the last class.
export function classOf(value, limits) {
  let i = 0;
  while (i < limits.length - 1 && value > limits[i]) i += 1;
  return i;
}

// As many areas in each class as the quarters of every other page have: n/count at both ends, rounded, and the middle one above.
function byQuantile(sorted, count) {
  const n = sorted.length;
  const above = (classes) => {
    if (classes * 2 > count) return n - above(count - classes);
    return classes * 2 === count ? Math.floor((n + 1) / 2) : classes && Math.max(1, Math.floor(n * classes / count + 0.5));
  };
  return Array.from({ length: count }, (_, i) => sorted[Math.max(0, n - above(count - 1 - i) - 1)]);
}

function bySteps(sorted, count) {
  const first = sorted[0];
  const step = (sorted[sorted.length - 1] - first) / count;
  return Array.from({ length: count }, (_, k) => first + step * (k + 1));
}

// Natural breaks: the split with the least sum of squared distances from class means (Fisher 1958, Jenks 1977), exact by dynamic
// programming. Beyond 400 different values they are first pooled into 400 weighted points of equal number, which keeps it fast.
function byJenks(sorted, count) {
  const { points, weights } = pooled(sorted, 400);
  const n = points.length;
  const k = Math.min(count, n);
  const w = new Float64Array(n + 1);
  const sum = new Float64Array(n + 1);
  const squares = new Float64Array(n + 1);
  for (let i = 0; i < n; i += 1) {
    w[i + 1] = w[i] + weights[i];
    sum[i + 1] = sum[i] + weights[i] * points[i];
    squares[i + 1] = squares[i] + weights[i] * points[i] * points[i];
  }
  const spread = (a, b) => {
    const total = sum[b] - sum[a];
    return squares[b] - squares[a] - (total * total) / (w[b] - w[a]);
  };
  let cost = Float64Array.from({ length: n + 1 }, (_, i) => (i ? spread(0, i) : 0));
  const cuts = [];
  for (let c = 2; c <= k; c += 1) {
    const next = new Float64Array(n + 1).fill(Infinity);
    const cut = new Int32Array(n + 1);
    for (let i = c; i <= n; i += 1) {
      for (let j = c - 1; j < i; j += 1) {
        const candidate = cost[j] + spread(j, i);
        if (candidate < next[i]) {
          next[i] = candidate;
          cut[i] = j;
        }
      }
    }
    cuts.push(cut);
    cost = next;
  }
  const ends = [n];
  for (let c = cuts.length - 1; c >= 0; c -= 1) ends.unshift(cuts[c][ends[0]]);
  return ends.map((end) => points[end - 1]);
}

function pooled(sorted, most) {
  const points = [];
  const weights = [];
  for (const value of sorted) {
    if (points.length && points[points.length - 1] === value) weights[weights.length - 1] += 1;
    else {
      points.push(value);
      weights.push(1);
    }
  }
  if (points.length <= most) return { points, weights };
  const size = Math.ceil(sorted.length / most);
  const fewer = { points: [], weights: [] };
  for (let i = 0; i < sorted.length; i += size) {
    const part = sorted.subarray(i, i + size);
    fewer.points.push(part[part.length - 1]);
    fewer.weights.push(part.length);
  }
  return fewer;
}

// Limits of a diverging scale: the same distance on both sides of zero, the middle class around it.
export function divergingBreaks(values) {
  const sizes = Float64Array.from(values.filter((v) => v !== null).map(Math.abs)).sort();
  if (!sizes.length) return [];
  const most = sizes[sizes.length - 1] || 1;
  const middle = most / 5;
  return [-most * 0.6, -middle, middle, most * 0.6, most];
}
