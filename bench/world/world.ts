/**
 * The generated world: customers with names distributed as among people, 2.2 channels and 5 events each, 20 to 2,000
 * events for a hot hundredth, and a ticket for every third. A customer is a function of the seed and a number, so each
 * table is written in a pass of its own. Addresses follow from the number alone, so that load tools, which can only
 * count, can produce any of them.
 */
import { fraction, zipf } from "./random.ts";

/** One world. */
export interface World {
  seed: number;
  customers: number;
}

/** A customer of it; `at` counts from 1 and is the id. */
export interface Person {
  at: number;
  primaryId: string;
  firstname: string;
  lastname: string;
  email: string;
  telephone: string | undefined;
  chat: string | undefined;
}

export const firstnames =
  "Anna Ben Carla David Elena Felix Greta Hassan Ines Jonas Katharina Leon Maria Noah Olga Paul Rosa Samuel Tina Viktor Amelie Bruno Cem Dilara Emil Frieda Gustav Hanna Ibrahim Julia Karl Lena Mateusz Nadia Oskar Petra Quentin Ramona Sofia Theo Ursula Valentina Wanda Xenia Yusuf Zoe".split(
    " ",
  );
const onsets = "B Br D Dr F Fr G Gr H J K Kl Kr L M N P Pr R S Sch St T Tr V W Z".split(" ");
const nuclei = "a e i o u au ei ie".split(" ");
const codas = "ber ck der feld ger hof kamp ler mann mer nig ow rich ski stein ter tz vic wald zel".split(
  " ",
);
const middles = ["", "l", "n", "r", "s", "nd", "lt", "rt", "ch"];

/** The number of surnames: many people share the first ones, few the last. */
export const surnames = onsets.length * nuclei.length * middles.length * codas.length;

/** The surname of a rank; surnames of adjacent ranks do not look alike. */
export function surname(rank: number): string {
  let n = (rank * 7919) % surnames;
  const take = (from: readonly string[]) => {
    const one = from[n % from.length] as string;
    n = Math.floor(n / from.length);
    return one;
  };
  const [coda, nucleus, onset, middle] = [take(codas), take(nuclei), take(onsets), take(middles)];
  return `${onset}${nucleus}${middle}${coda}`;
}

/** The customer with a number. */
export function person({ seed }: World, at: number): Person {
  const firstname = firstnames[zipf(fraction(seed, at, 1), firstnames.length)] as string;
  const lastname = surname(zipf(fraction(seed, at, 2), surnames));
  return {
    at,
    primaryId: `C-${at}`,
    firstname,
    lastname,
    email: `c${at}@mail${at % 50}.example.org`,
    telephone: at % 10 === 9 ? undefined : `+49${1_000_000_000 + at * 7}`,
    chat: at % 10 < 3 ? `visitor-${at}` : undefined,
  };
}

/** Whether a customer is in the hot hundredth. */
export const isHot = (at: number): boolean => at % 100 === 1;

/** The number of a customer's events. */
export function eventsOf({ seed }: World, at: number): number {
  return isHot(at) ? Math.round(20 * 100 ** fraction(seed, at, 7)) : 5;
}

/** Whether a customer has a ticket. */
export const hasTicket = (at: number): boolean => at % 3 === 0;

/** The time of a customer's n-th item, within the two years before 1 January 2026. */
export function moment({ seed }: World, at: number, n: number): string {
  const second = Math.floor(fraction(seed, at, 100 + n) * 63_072_000);
  return new Date(1_704_067_200_000 + second * 1000).toISOString();
}

export const eventTypes = ["order", "payment", "mailing", "visit", "return"];
