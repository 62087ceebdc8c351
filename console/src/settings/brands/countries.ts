/** The countries that have two letters in ISO 3166, by their names in a language, in its order. */
const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** Two letters that the list of regions has for others: unions, tests, and no region at all. */
const noCountries = new Set(["EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"]);

export type Country = readonly [code: string, name: string];

export function countriesIn(language: string): Country[] {
  const names = new Intl.DisplayNames(language, { type: "region", fallback: "none" });
  const found = letters
    .flatMap((first) => letters.map((second) => first + second))
    .flatMap((code): Country[] => {
      // a former code, such as DD, is another way to write the present one
      const isPresent = new Intl.Locale(`und-${code}`).region === code;
      const name = isPresent && !noCountries.has(code) ? names.of(code) : undefined;
      return name ? [[code, name]] : [];
    });
  const { compare } = new Intl.Collator(language);
  return found.toSorted(([, one], [, other]) => compare(one, other));
}

/** The name of a country, or its letters where they are of none. */
export const countryName = (code: string, language: string): string =>
  countriesIn(language).find(([one]) => one === code)?.[1] ?? code;
