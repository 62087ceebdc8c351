// Scrapes /metrics, and selects series by name and labels.
import { type Family, readExposition } from "./prometheus-text.ts";

export interface Scrape {
  text: string;
  families: Map<string, Family>;
  /** the sum of the samples of that name with (at least) these labels; undefined if there is none */
  value(name: string, labels?: Record<string, string>): number | undefined;
}

/** Reads every series; throws unless the answer is 200 and well-formed. */
export async function scrape(url: string, key: string): Promise<Scrape> {
  const answer = await fetch(`${url}/metrics`, { headers: { apiKey: key } });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
  const families = readExposition(text);
  const samples = [...families.values()].flatMap((family) => family.samples);
  return {
    text,
    families,
    value(name, labels = {}) {
      const fits = samples.filter(
        (one) =>
          one.name === name && Object.entries(labels).every(([label, text]) => one.labels[label] === text),
      );
      return fits.length > 0 ? fits.reduce((sum, one) => sum + one.value, 0) : undefined;
    },
  };
}
