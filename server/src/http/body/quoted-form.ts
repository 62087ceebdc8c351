/**
 * Quoted forms: the original documentation prints its samples of updates with every value in quotes, and some with the
 * whole form in one more pair. A form in which this holds for every value is read without them; one value without quotes,
 * and all quotes are kept as they were sent.
 */
import type { Entry } from "./entry.ts";

const quotes = ["'", '"'] as const;

/** The entries of a form without the quotes around every value. */
export function withoutQuotes(entries: readonly Entry[]): Entry[] {
  // A pair around the whole first: with the same quotes as the values, the last value looks quoted before, too.
  const forms = [...quotes.map((quote) => unwrapped(entries, quote)), entries];
  for (const form of forms) {
    const fields = form?.filter(({ name }) => name.toLowerCase() !== "apikey") ?? [];
    const quote = quotes.find((one) => fields.every(({ value }) => isQuoted(value, one)));
    if (form && fields.length > 0 && quote)
      return form.map((entry) =>
        fields.includes(entry) ? { ...entry, value: entry.value.trim().slice(1, -1) } : entry,
      );
  }
  return [...entries];
}

/** Blanks and line ends around the quotes do not count: a file that is sent ends with a line end. */
function isQuoted(sent: string, quote: string): boolean {
  const value = sent.trim();
  return value.length >= 2 && value.startsWith(quote) && value.endsWith(quote);
}

/** The form without a pair of quotes around the whole: before the first name and after the last value. */
function unwrapped(entries: readonly Entry[], quote: string): Entry[] | undefined {
  const [first] = entries;
  const last = entries.at(-1);
  if (!first?.name.startsWith(quote) || !last?.value.trim().endsWith(quote)) return undefined;
  return entries.map((entry) => ({
    ...entry,
    name: entry === first ? entry.name.slice(1) : entry.name,
    value: entry === last ? entry.value.trim().slice(0, -1) : entry.value,
  }));
}
