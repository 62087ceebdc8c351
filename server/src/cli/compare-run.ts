/**
 * The comparison: every customer of a sample is read from the old server and the new one in each way that the
 * Customer controller has. Nothing is written on either, and no server has more than four requests at a time.
 */
import type { Page, Reader, Thing } from "./compare-server.ts";
import { addressesOf, compareCustomers, compareTimelines, textOf, type Unlike } from "./compare-thing.ts";

/** The reads, as they are told and counted. */
export type Read =
  | "GET /customer"
  | "GET /customer/{id}"
  | "SearchByPrimaryExternalID"
  | "SearchByCustomerChannelValue"
  | "timelineByCustomerExternalID"
  | "GET /customer?query=";

/** One thing that is not the same. */
export interface Difference extends Unlike {
  read: Read;
  customer: string;
}

/** What came of it. */
export interface Outcome {
  customers: number;
  /** customers of brands that nobody compares */
  passedOver: number;
  reads: Map<Read, { compared: number; differ: number }>;
}

/** What is compared with what. */
export interface Comparison {
  old: Reader;
  now: Reader;
  /** the new server's brand for one of the old server's, by the number or name it tells */
  brands: { old: number; now: number; name?: string | undefined }[];
  atMost: number;
  /** told as they are found */
  tell(difference: Difference): void;
  progress(done: number, all: number): void;
}

const pageSize = 20;
const atOnce = 4;
/** The query that the original takes. */
const plainQuery = /^[0-9a-zA-Z ]{2,100}$/;

/** Compares, and counts. */
export async function compare(what: Comparison): Promise<Outcome> {
  const outcome: Outcome = { customers: 0, passedOver: 0, reads: new Map() };
  const sampled = await sample(what);
  const { people } = sampled;
  let done = 0;
  await inTurns(people, async (old) => {
    const brand = await brandOf(what, old);
    if (brand) await new One(what, outcome, old, brand).compare();
    else outcome.passedOver += 1;
    what.progress((done += 1), people.length);
  });
  outcome.customers = people.length - outcome.passedOver;
  if (outcome.passedOver === 0) await compareTotals(what, outcome, sampled);
  return outcome;
}

/** Does something with each of many, a few at a time; the first failure ends it. */
async function inTurns<T>(things: readonly T[], act: (thing: T) => Promise<void>): Promise<void> {
  const left = [...things].values();
  const worker = async () => {
    for (const thing of left) await act(thing);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Every customer, or pages of them spread evenly over the list. */
async function sample({ old, atMost }: Comparison): Promise<{ people: Thing[]; total: number }> {
  const first = await old.list({ itemStart: 0, itemLimit: pageSize });
  const { total } = first;
  const people = new Map(first.items.map((one) => [textOf(one.id), one]));
  const pages = Math.ceil(Math.min(total, atMost) / pageSize);
  const step = total <= atMost ? pageSize : (total - pageSize) / Math.max(1, pages - 1);
  for (let page = 1; page < pages; page += 1) {
    const { items } = await old.list({ itemStart: Math.floor(page * step), itemLimit: pageSize });
    for (const one of items) people.set(textOf(one.id), one);
  }
  return { people: [...people.values()].slice(0, atMost), total };
}

/** Which brand a customer is of: by number, else by name, else the one that has its primary id. */
async function brandOf(
  { old, brands }: Comparison,
  one: Thing,
): Promise<Comparison["brands"][number] | undefined> {
  if (typeof one.brand_id === "number") return brands.find((brand) => brand.old === one.brand_id);
  const named = brands.find((brand) => brand.name !== undefined && brand.name === one.brand_name);
  if (named || brands.length === 1) return named ?? brands[0];
  for (const brand of brands) {
    const found = await old.byPrimaryId(textOf(one.external_primary_id), brand.old);
    if (found.some(({ id }) => textOf(id) === textOf(one.id))) {
      brand.name ??= textOf(one.brand_name);
      return brand;
    }
  }
  return undefined;
}

/**
 * Totals by brand, where the old server tells brands and so can list by them; of another the total of all it has,
 * where that is one brand.
 */
async function compareTotals(
  { old, now, brands, tell }: Comparison,
  outcome: Outcome,
  { people, total }: { people: readonly Thing[]; total: number },
): Promise<void> {
  const tellsBrands = people.some((one) => "brand_id" in one);
  if (!tellsBrands && brands.length > 1) return;
  const page = { itemStart: 0, itemLimit: 1 };
  for (const brand of brands) {
    const was = tellsBrands ? (await old.list({ ...page, brand: brand.old })).total : total;
    const { total: is } = await now.list({ ...page, brand: brand.now });
    count(outcome, "GET /customer", was !== is);
    const customer = `all of brand ${brand.old}`;
    if (was !== is)
      tell({ read: "GET /customer", customer, field: "itemTotal", old: String(was), new: String(is) });
  }
}

function count({ reads }: Outcome, read: Read, differs: boolean): void {
  const { compared, differ } = reads.get(read) ?? { compared: 0, differ: 0 };
  reads.set(read, { compared: compared + 1, differ: differ + (differs ? 1 : 0) });
}

/** One customer in every way it can be read. */
class One {
  readonly #what: Comparison;
  readonly #outcome: Outcome;
  readonly #old: Thing;
  readonly #brand: Comparison["brands"][number];
  readonly #primaryId: string;
  readonly #name: string;

  constructor(what: Comparison, outcome: Outcome, old: Thing, brand: Comparison["brands"][number]) {
    this.#what = what;
    this.#outcome = outcome;
    this.#old = old;
    this.#brand = brand;
    this.#primaryId = textOf(old.external_primary_id);
    this.#name = this.#primaryId || `customer ${textOf(old.id)}`;
  }

  async compare(): Promise<void> {
    const { now } = this.#what;
    const found = this.#primaryId ? await this.#byPrimaryId() : undefined;
    const others = await this.#byAddresses();
    const id = Number((found ?? others)?.id);
    await this.#byId(Number.isInteger(id) ? await now.find(id) : undefined);
    if (this.#primaryId && found) await this.#timeline();
    if (found ?? others) await this.#query(id);
  }

  #note(read: Read, unlike: readonly Unlike[]): void {
    count(this.#outcome, read, unlike.length > 0);
    for (const one of unlike) this.#what.tell({ read, customer: this.#name, ...one });
  }

  async #byPrimaryId(): Promise<Thing | undefined> {
    const { old, now } = this.#what;
    const [before, after] = await Promise.all([
      old.byPrimaryId(this.#primaryId, this.#brand.old),
      now.byPrimaryId(this.#primaryId, this.#brand.now),
    ]);
    this.#note("SearchByPrimaryExternalID", compareLists(before, after));
    return after[0];
  }

  /** By each address; answers whom the new server finds by the first that finds anybody. */
  async #byAddresses(): Promise<Thing | undefined> {
    const { old, now } = this.#what;
    let found: Thing | undefined;
    for (const address of new Set(addressesOf(this.#old))) {
      const [before, after] = await Promise.all([
        old.byAddress(address, this.#brand.old),
        now.byAddress(address, this.#brand.now),
      ]);
      found ??= after[0];
      this.#note("SearchByCustomerChannelValue", compareLists(before, after));
    }
    return found;
  }

  async #byId(after: Thing | undefined): Promise<void> {
    const before = (await this.#what.old.find(Number(this.#old.id))) ?? this.#old;
    this.#note("GET /customer/{id}", compareLists([before], after ? [after] : []));
  }

  async #timeline(): Promise<void> {
    const { old, now } = this.#what;
    const [before, after] = await Promise.all([
      old.timeline(this.#primaryId, this.#brand.old),
      now.timeline(this.#primaryId, this.#brand.now),
    ]);
    if (!before) return;
    const nothing: Page = { items: [], total: 0 };
    this.#note("timelineByCustomerExternalID", compareTimelines(before, after ?? nothing));
  }

  /** Whether the last name finds the customer on the new server, where it does on the old one. */
  async #query(id: number): Promise<void> {
    const query = textOf(this.#old.lastname);
    if (!plainQuery.test(query)) return;
    const { old, now } = this.#what;
    const page = { query, itemStart: 0, itemLimit: 99 };
    const [before, after] = await Promise.all([
      old.list({ ...page, ...("brand_id" in this.#old ? { brand: this.#brand.old } : {}) }),
      now.list({ ...page, brand: this.#brand.now }),
    ]);
    const was = before.items.some((one) => textOf(one.id) === textOf(this.#old.id));
    const is = after.items.some((one) => Number(one.id) === id);
    if (!was || (!is && after.total > after.items.length)) return; // on a page that nobody looks at
    this.#note("GET /customer?query=", is ? [] : [{ field: `found by ${query}`, old: "yes", new: "no" }]);
  }
}

/** Two lists of customers: who is missing, who is too many, what differs of the same. */
function compareLists(before: readonly Thing[], after: readonly Thing[]): Unlike[] {
  const [one, other] = [before[0], after[0]];
  const isPair = one && other && before.length + after.length === 2;
  if (isPair && textOf(one.external_primary_id) === textOf(other.external_primary_id))
    return compareCustomers(one, other);
  const [was, is] = [before.map(nameOf).toSorted(), after.map(nameOf).toSorted()];
  if (was.join("\n") === is.join("\n")) return [];
  return [{ field: "found", old: was.join(", ") || "nobody", new: is.join(", ") || "nobody" }];
}

function nameOf(one: Thing): string {
  return textOf(one.external_primary_id) || `${textOf(one.firstname)} ${textOf(one.lastname)}`.trim();
}
