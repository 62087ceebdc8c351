/**
 * Customer comparison: reads one customer of the old server through every endpoint and compares it with the new server.
 * The customer's id on the new server comes from these reads.
 */
import { channelsOf, isRefused, textOf } from "./channel.ts";
import type { FieldDifference } from "./difference.ts";
import { type Page, readBoth, type JsonObject } from "./reader.ts";
import type { Comparison, Omitted, Read } from "./report.ts";
import type { BrandPair } from "./sample.ts";
import { compareLists, type CompareContext, nameOf, primaryIdOf } from "./thing.ts";
import { compareTimelines } from "./timeline.ts";

/** The customer to compare, and how to record the result. */
export interface Subject {
  old: JsonObject;
  brand: BrandPair;
  context: CompareContext;
  record(read: Read, customer: string, unlike: readonly FieldDifference[]): void;
  omit(why: keyof Omitted, times?: number): void;
}

type Servers = Pick<Comparison, "old" | "now">;

/** Reads and compares a customer through every endpoint. */
export async function compareOne(servers: Servers, subject: Subject): Promise<void> {
  const { old, omit } = subject;
  const primaryId = primaryIdOf(old);
  const channels = channelsOf(old, subject.context.types);
  const addresses = channels.filter((channel) => !isRefused(channel)).map(({ address }) => address);
  omit("refused", channels.length - addresses.length);
  if (!primaryId && addresses.length === 0) return omit("unidentifiable");
  const byId = primaryId ? await byPrimaryId(servers, subject, primaryId) : "unasked";
  if (byId === "duplicatePrimaryId") return omit("duplicatePrimaryId");
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
): Promise<JsonObject | "duplicatePrimaryId" | undefined> {
  const { brand, context } = subject;
  const both = await readBoth(old.byPrimaryId(primaryId, brand.old), now.byPrimaryId(primaryId, brand.now));
  const unlike = "refused" in both ? both.refused : compareLists(both.before, both.after, context);
  subject.record("SearchByPrimaryExternalID", label(subject), unlike);
  if ("refused" in both) return undefined;
  const sameId = both.before.filter((one) => primaryIdOf(one) === primaryId);
  return sameId.length > 1 && both.after.length === 1 ? "duplicatePrimaryId" : both.after[0];
}

/**
 * Compares by each address; returns the customer that the new server finds by the first matching address, preferably
 * one without primary id.
 */
async function byAddresses(
  { old, now }: Servers,
  subject: Subject,
  addresses: readonly string[],
): Promise<JsonObject | undefined> {
  const { brand, context } = subject;
  const found: JsonObject[] = [];
  for (const address of addresses) {
    const both = await readBoth(old.byAddress(address, brand.old), now.byAddress(address, brand.now));
    const unlike = "refused" in both ? both.refused : compareLists(both.before, both.after, context);
    subject.record("SearchByCustomerChannelValue", label(subject), unlike);
    for (const one of "refused" in both ? [] : both.after) found.push(one);
  }
  return found.find((one) => primaryIdOf(one) === primaryIdOf(subject.old)) ?? found[0];
}

async function byItsId(
  { old, now }: Servers,
  subject: Subject,
  found: JsonObject | undefined,
): Promise<void> {
  const after = found === undefined ? Promise.resolve(undefined) : now.find(textOf(found.id));
  const both = await readBoth(old.find(textOf(subject.old.id)), after);
  const unlike =
    "refused" in both
      ? both.refused
      : compareLists([both.before ?? subject.old], both.after ? [both.after] : [], subject.context);
  subject.record("GET /customer/{id}", label(subject), unlike);
}

async function timeline({ old, now }: Servers, subject: Subject, primaryId: string): Promise<void> {
  const { brand } = subject;
  const both = await readBoth(old.timeline(primaryId, brand.old), now.timeline(primaryId, brand.now));
  const nothing: Page = { items: [], total: 0 };
  const unlike =
    "refused" in both ? both.refused : compareTimelines(both.before ?? nothing, both.after ?? nothing);
  subject.record("timelineByCustomerExternalID", label(subject), unlike);
}

/** Compares a search by last name: the new server must find the customer if the old one does. */
async function query({ old, now }: Servers, subject: Subject, id: string): Promise<void> {
  const word = wordOf(textOf(subject.old.lastname));
  if (word === undefined) return;
  const page = { query: word, itemStart: 0, itemLimit: 99 };
  const namesBrand = textOf(subject.old.brand_id) !== "";
  const both = await readBoth(
    old.list({ ...page, ...(namesBrand ? { brand: subject.brand.old } : {}) }),
    now.list({ ...page, brand: subject.brand.now }),
  );
  if ("refused" in both) return subject.record("GET /customer?query=", label(subject), both.refused);
  const was = both.before.items.some((one) => textOf(one.id) === textOf(subject.old.id));
  const is = both.after.items.some((one) => textOf(one.id) === id);
  const isTruncated = both.after.items.length === page.itemLimit; // it may be on a later page
  if (!was || (!is && isTruncated)) return;
  const unlike = is ? [] : [{ field: `found by ${word}`, old: nameOf(subject.old), new: "not found" }];
  subject.record("GET /customer?query=", label(subject), unlike);
}

/** The original searches letters, digits and blanks only: the last name, or its longest such word. */
function wordOf(lastname: string): string | undefined {
  if (/^[0-9a-zA-Z ]{2,100}$/.test(lastname)) return lastname;
  const words = lastname.split(/[^\p{L}\p{M}\p{N}]+/u).filter((word) => /^[0-9a-zA-Z]{2,100}$/.test(word));
  return words.toSorted((one, other) => other.length - one.length)[0];
}
