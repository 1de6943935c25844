// Which way a figure went where lower is better: its rating alone would be read the wrong way round.

const WAYS = { d: "it rose, which is worse", i: "it fell, which is better" };

export function turnOf(measure, letter) {
  return (measure.polarity < 0 && WAYS[letter]) || "";
}
