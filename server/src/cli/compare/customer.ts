/** One customer of the old server, in each way that it can be read; whom the new server has for it is found on the way. */
import { channelsOf, isRefused, textOf, type Unlike } from "./channel.ts";
import { type Page, readBoth, type Thing } from "./reader.ts";
import type { Comparison, Omitted, Read } from "./run.ts";
import type { Pair } from "./sample.ts";
import { compareLists, type Knowledge, nameOf, primaryIdOf } from "./thing.ts";
import { compareTimelines } from "./timeline.ts";

/** Whom to compare, and where to note what came of it. */
export interface Subject {
  old: Thing;
  brand: Pair;
  known: Knowledge;
  note(read: Read, customer: string, unlike: readonly Unlike[]): void;
  omit(why: keyof Omitted, times?: number): void;
}

type Servers = Pick<Comparison, "old" | "now">;

/** Reads a customer in every way. */
export async function compareOne(servers: Servers, subject: Subject): Promise<void> {
  const { old, omit } = subject;
  const primaryId = primaryIdOf(old);
  const channels = channelsOf(old, subject.known.types);
  const addresses = channels.filter((channel) => !isRefused(channel)).map(({ address }) => address);
  omit("refused", channels.length - addresses.length);
  if (!primaryId && addresses.length === 0) return omit("nameless");
  const byId = primaryId ? await byPrimaryId(servers, subject, primaryId) : "unasked";
  if (byId === "twins") return omit("twins");
  const byAddress = await byAddresses(servers, subject, [...new Set(addresses)]);
  const found = byId === "unasked" ? byAddress : byId;
  await byItsId(servers, subject, found ?? byAddress);
  if (primaryId && found) await timeline(servers, subject, primaryId);
  if (found) await query(servers, subject, textOf(found.id));
}

function label({ old }: Subject): string {
  return primaryIdOf(old) || `customer ${textOf(old.id)}`;
}

async function byPrimaryId(
  { old, now }: Servers,
  subject: Subject,
  primaryId: string,
): Promise<Thing | "twins" | undefined> {
  const { brand, known } = subject;
  const both = await readBoth(old.byPrimaryId(primaryId, brand.old), now.byPrimaryId(primaryId, brand.now));
  const unlike = "refused" in both ? both.refused : compareLists(both.before, both.after, known);
  subject.note("SearchByPrimaryExternalID", label(subject), unlike);
  if ("refused" in both) return undefined;
  const twins = both.before.filter((one) => primaryIdOf(one) === primaryId);
  return twins.length > 1 && both.after.length === 1 ? "twins" : both.after[0];
}

/** By each address; answers whom the new server finds by the first that finds anybody, best one without primary id. */
async function byAddresses(
  { old, now }: Servers,
  subject: Subject,
  addresses: readonly string[],
): Promise<Thing | undefined> {
  const { brand, known } = subject;
  const found: Thing[] = [];
  for (const address of addresses) {
    const both = await readBoth(old.byAddress(address, brand.old), now.byAddress(address, brand.now));
    const unlike = "refused" in both ? both.refused : compareLists(both.before, both.after, known);
    subject.note("SearchByCustomerChannelValue", label(subject), unlike);
    if (!("refused" in both)) found.push(...both.after);
  }
  return found.find((one) => primaryIdOf(one) === primaryIdOf(subject.old)) ?? found[0];
}

async function byItsId({ old, now }: Servers, subject: Subject, found: Thing | undefined): Promise<void> {
  const after = found === undefined ? Promise.resolve(undefined) : now.find(textOf(found.id));
  const both = await readBoth(old.find(textOf(subject.old.id)), after);
  const unlike =
    "refused" in both
      ? both.refused
      : compareLists([both.before ?? subject.old], both.after ? [both.after] : [], subject.known);
  subject.note("GET /customer/{id}", label(subject), unlike);
}

async function timeline({ old, now }: Servers, subject: Subject, primaryId: string): Promise<void> {
  const { brand } = subject;
  const both = await readBoth(old.timeline(primaryId, brand.old), now.timeline(primaryId, brand.now));
  const nothing: Page = { items: [], total: 0 };
  const unlike =
    "refused" in both ? both.refused : compareTimelines(both.before ?? nothing, both.after ?? nothing);
  subject.note("timelineByCustomerExternalID", label(subject), unlike);
}

/** Whether the last name finds the customer on the new server, where it does on the old one. */
async function query({ old, now }: Servers, subject: Subject, id: string): Promise<void> {
  const word = wordOf(textOf(subject.old.lastname));
  if (word === undefined) return;
  const page = { query: word, itemStart: 0, itemLimit: 99 };
  const tellsBrand = textOf(subject.old.brand_id) !== "";
  const both = await readBoth(
    old.list({ ...page, ...(tellsBrand ? { brand: subject.brand.old } : {}) }),
    now.list({ ...page, brand: subject.brand.now }),
  );
  if ("refused" in both) return subject.note("GET /customer?query=", label(subject), both.refused);
  const was = both.before.items.some((one) => textOf(one.id) === textOf(subject.old.id));
  const is = both.after.items.some((one) => textOf(one.id) === id);
  const isCut = both.after.items.length === page.itemLimit; // it may stand on a page that nobody looks at
  if (!was || (!is && isCut)) return;
  const unlike = is ? [] : [{ field: `found by ${word}`, old: nameOf(subject.old), new: "not found" }];
  subject.note("GET /customer?query=", label(subject), unlike);
}

/** The original takes letters, digits and blanks: the last name, or the longest word of it that is of these. */
function wordOf(lastname: string): string | undefined {
  if (/^[0-9a-zA-Z ]{2,100}$/.test(lastname)) return lastname;
  const words = lastname.split(/[^\p{L}\p{M}\p{N}]+/u).filter((word) => /^[0-9a-zA-Z]{2,100}$/.test(word));
  return words.toSorted((one, other) => other.length - one.length)[0];
}
