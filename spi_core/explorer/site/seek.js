// Finding a measure by what a reader calls it: by the beginnings of words, in its name and in what is said about it.

// Everyday words for what registers say otherwise.
const EVERYDAY = new Map(Object.entries({
  doctor: "health", exam: "gcse", job: "employment", knife: "violent", pollution: "air", rubbish: "environment", stabbing: "violent", vote: "turnout", voting: "turnout",
}));
const ENDINGS = ["ence", "ance", "ness", "ity", "ion", "ing", "ies", "es", "ed", "e", "y"];

export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

// "obesity" and "obese" both begin with "obes", "violence" and "violent" with "viol"; what is left keeps four letters.
export function stem(word) {
  const one = word.length > 3 && word.endsWith("s") && !/(ss|us|is)$/.test(word) ? word.slice(0, -1) : word;
  const ending = ENDINGS.find((end) => one.endsWith(end) && one.length - end.length >= 4);
  return ending ? one.slice(0, -ending.length) : one;
}

// search(query) gives the measures in which every word of the query begins a word; those found by their name first.
export function createSearch(model) {
  const texts = new Map();

  function textsOf(measure) {
    if (!texts.has(measure.id)) {
      let about = `${measure.name} ${measure.description} ${measure.page?.theme ?? ""} ${measure.page?.rationale ?? ""}`;
      // All are parts of the index: its name would find everything.
      for (let up = measure.parent; model.measure(up)?.parent; up = model.measure(up).parent) about += ` ${model.measure(up).name}`;
      texts.set(measure.id, [measure.name, about].map((text) => ` ${plain(text)}`));
    }
    return texts.get(measure.id);
  }

  return (query) => {
    const words = plain(query).split(" ").filter(Boolean).map((word) => {
      const everyday = EVERYDAY.get(word) ?? EVERYDAY.get(word.replace(/s$/, ""));
      return [stem(word), ...(everyday ? [everyday] : [])];
    });
    if (!words.length) return [];
    const found = [[], []];
    for (const measure of model.measures) {
      const at = textsOf(measure).findIndex((text) => words.every((ways) => ways.some((way) => text.includes(` ${way}`))));
      if (at >= 0) found[at].push(measure);
    }
    return found.flat();
  };
}
