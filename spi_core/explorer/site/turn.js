// What a clear change is called where lower is better: a "decline" of crime could be read as a fall.

const WAYS = { d: "clearly worse", i: "clearly better" };

export function turnOf(measure, letter) {
  return (measure.polarity < 0 && WAYS[letter]) || "";
}
