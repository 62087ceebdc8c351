// Strict parser of Prometheus' text format: it also rejects what the format permits but is bad practice, such as series
// without help, samples apart from their family, duplicate series, or buckets that do not add up.

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Family {
  name: string;
  type: "counter" | "gauge" | "histogram";
  help: string;
  samples: Sample[];
}

const headLine = /^# (HELP|TYPE) ([a-z][a-z0-9_]*) (.+)$/;
const sampleLine = /^([a-z][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/;
const labelPart = /^([a-z][a-z0-9_]*)="((?:[^"\\\n]|\\["\\n])+)"(?:,(?=.)|$)/;
const number = /^(?:-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\+Inf|-Inf|Nan)$/;

/** Every family by its name, in the order of the text. Throws at the first fault. */
export function readExposition(text: string): Map<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line is not ended");
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  const lines = text.split("\n").filter((line) => line !== "");
  for (let at = 0; at < lines.length; ) {
    const family = readHead(lines[at], lines[at + 1]);
    if (families.has(family.name)) throw new Error(`${family.name} comes twice`);
    families.set(family.name, family);
    for (at += 2; at < lines.length && !lines[at]?.startsWith("#"); at += 1) {
      const sample = readSample(lines[at] ?? "");
      if (!namesOf(family).includes(sample.name)) throw new Error(`${lines[at]} is not of ${family.name}`);
      const series = seriesOf(sample);
      if (seen.has(series)) throw new Error(`${series} comes twice`);
      seen.add(series);
      family.samples.push(sample);
    }
    checkValues(family);
  }
  return families;
}

function readHead(help = "", type = ""): Family {
  const [, first, name = "", words = ""] = headLine.exec(help) ?? [];
  const [, second, same, kind = ""] = headLine.exec(type) ?? [];
  if (first !== "HELP" || second !== "TYPE" || name !== same) throw new Error(`no head: ${help} / ${type}`);
  if (!["counter", "gauge", "histogram"].includes(kind)) throw new Error(`${name} is a ${kind}`);
  return { name, type: kind as Family["type"], help: words, samples: [] };
}

function readSample(line: string): Sample {
  const [, name, inside = "", value = ""] = sampleLine.exec(line) ?? [];
  if (name === undefined || !number.test(value)) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  for (let rest = inside; rest !== ""; ) {
    const [whole = "", label = "", text = ""] = labelPart.exec(rest) ?? [];
    if (whole === "" || label in labels) throw new Error(`no labels: ${line}`);
    labels[label] = text;
    rest = rest.slice(whole.length);
  }
  return { name, labels, value: Number(value.replace("Inf", "Infinity").replace("Nan", "NaN")) };
}

function namesOf({ name, type }: Family): string[] {
  return type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

function seriesOf({ name, labels }: Sample): string {
  return JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** Counters are not negative; the buckets of a histogram add up, and the last one holds all. */
function checkValues({ name, type, samples }: Family): void {
  if (type === "counter" && samples.some(({ value }) => !(value >= 0)))
    throw new Error(`${name} is negative`);
  if (type !== "histogram") return;
  const kinds = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const kind = seriesOf({ ...sample, name, labels });
    kinds.set(kind, [...(kinds.get(kind) ?? []), sample]);
  }
  for (const [kind, some] of kinds) {
    const buckets = some.filter((one) => one.name.endsWith("_bucket"));
    const bounds = buckets.map(({ labels }) => Number((labels.le ?? "").replace("Inf", "Infinity")));
    const count = some.find((one) => one.name.endsWith("_count"))?.value;
    const rises = (list: number[]) => list.every((n, at) => at === 0 || n >= (list[at - 1] ?? 0));
    if (!rises(bounds) || !rises(buckets.map(({ value }) => value)) || bounds.at(-1) !== Infinity)
      throw new Error(`${kind}: its buckets are not in order`);
    if (buckets.at(-1)?.value !== count || !some.some((one) => one.name.endsWith("_sum")))
      throw new Error(`${kind}: its count is not that of its last bucket`);
  }
}
