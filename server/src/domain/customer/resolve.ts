/**
 * Operation 3: resolve or create. The transaction looks for who is meant, locks them and looks again; it inserts when
 * there is nobody. When the second look or a constraint says that somebody came between, the whole transaction is run
 * again and finds them. So any number of simultaneous identical calls make exactly one customer, and all succeed.
 */
import {
  type Api,
  type ChannelSent,
  type Decoded,
  DossierError,
  inferType,
  invalid,
  normaliseAddress,
  notFound,
} from "@dossier/api";
import type { Tx } from "../../db/database.ts";
import { type Ask, spelledBy } from "../context.ts";
import { type Brand, findBrand } from "../brand/brand.ts";
import { type Change, changeWhole, type Done, insertWhole, result, skippedOf } from "./update.ts";
import { channelTaken, holderOf, readHolders } from "./channels.ts";
import { newsOf } from "./notifications.ts";
import { readCustoms } from "./custom-values.ts";
import { holdersOf } from "./read.ts";
import { type Held, lockCustomer, lockHolder } from "./row.ts";
import { changeTogether } from "../customer-change-together.ts";
import { insertTogether } from "../customer-together.ts";
import { ambiguous, checkPrimaryId, isPlaceholder } from "./identify.ts";
import { hasTicket, linkTicket } from "../linking.ts";
import { Raced, write } from "../command.ts";

type Sent = Decoded<Api["customer"]["resolve"]>;

/** Who is meant, if anybody, and addresses sent that customers with other primary ids keep. */
interface Meant {
  held?: Held | undefined;
  kept: Done["skipped"];
}

/** Operation 3. */
export async function resolveCustomer(ask: Ask, input: Sent) {
  return (await resolveTogether(ask, input)) ?? (await write(ask, (tx) => resolveOnce(tx, ask, input)));
}

/** Whoever is named by a primary id alone is made or changed together with others. */
async function resolveTogether(ask: Ask, input: Sent) {
  const { brandId, primaryId, firstname, lastname, channels = [], custom = [], noSync } = input;
  if (primaryId === undefined || input.searchValue !== undefined || input.ticketId !== undefined)
    return undefined;
  const made = await insertTogether(ask, input, (done) => answer(done, false));
  if (made || custom.length > 0 || isPlaceholder(primaryId)) return made;
  const plain = { fields: { firstname, lastname }, channels, noSync };
  return changeTogether(ask, { primaryId, brandId }, plain, (done) => answer(done, true));
}

async function resolveOnce(tx: Tx, ask: Ask, input: Sent) {
  const brand = await findBrand(tx, ask.caller, input.brandId);
  const { ticketId } = input;
  if (ticketId !== undefined && !(await hasTicket(tx, ticketId, brand.id))) throw notFound("ticket");
  checkIdentified(ask, brand, input);
  const { done, found } = await settle(tx, ask, brand, input, async (held) => {
    const customs = await readCustoms(tx, brand, input.custom ?? [], false);
    const { primaryId, firstname, lastname, noSync, channels = [] } = input;
    const all = held || primaryId !== undefined ? channels : withSearchValue(ask, input, channels);
    return { fields: { primaryId, firstname, lastname }, customs, channels: all, noSync };
  });
  if (ticketId !== undefined && (await linkTicket(tx, { id: ticketId, brandId: brand.id }, done.held.id)))
    done.tickets.push(ticketId);
  return answer(done, found);
}

/** What says who is meant. */
export type Meaning = Pick<Sent, "primaryId" | "searchValue" | "channels">;

/**
 * The middle of operation 3: finds who is meant and changes them, or inserts them, with what `read` says is to be done
 * to the customer found, or to the new one.
 */
export async function settle(
  tx: Tx,
  ask: Ask,
  brand: Brand,
  meaning: Meaning,
  read: (held: Held | undefined) => Promise<Change>,
): Promise<{ done: Done; found: boolean }> {
  const { held, kept } = await findMeant(tx, ask, brand, meaning);
  const change = await read(held);
  const done = held
    ? await adopt(tx, ask, brand, held, change)
    : await insertNew(tx, ask, brand, change, kept);
  return { done, found: held !== undefined };
}

function answer(done: Done, found: boolean) {
  const linked = done.fresh.length > 0;
  const outcome = !found ? "created" : done.changed ? "updated" : "unchanged";
  const what = found ? "Customer updated" : "User created";
  return {
    ...result(`${what}${linked ? " and channel linked" : ""}.`, outcome, done.held, done.fields),
    ...skippedOf(done),
    news: newsOf(done, !found),
  };
}

function checkIdentified(ask: Ask, brand: Brand, input: Sent): void {
  checkPrimaryId(ask, brand, "primaryId", input.primaryId);
  if (input.primaryId !== undefined || brand.search_by_channel) return;
  if (input.searchValue === undefined)
    throw invalid([
      {
        field: spelledBy(ask, "primaryId"),
        message: "is required unless the brand finds customers by channels (search_by_channel)",
      },
    ]);
  throw new DossierError(
    "search_by_channel_disabled",
    "This brand does not find customers by channels: send primary_id, or switch the brand's search_by_channel on.",
    { errors: [{ field: spelledBy(ask, "searchValue"), message: "needs the brand's search_by_channel" }] },
  );
}

/** Who is meant: by primary id, by the search value, by an address to be added; nobody means a new customer. */
async function findMeant(tx: Tx, ask: Ask, brand: Brand, input: Meaning): Promise<Meant> {
  const byId = input.primaryId === undefined ? undefined : await lockHolder(tx, brand.id, input.primaryId);
  if (byId) return { held: byId, kept: [] };
  const { id, kept } = await look(tx, ask, brand, input);
  if (id === undefined) return { kept };
  const held = await lockCustomer(tx, ask, id);
  if (!held || (await look(tx, ask, brand, input)).id !== id) throw new Raced();
  return { held, kept };
}

/** Looks without locking: only one customer is ever locked, and only after it is known which. */
async function look(
  tx: Tx,
  ask: Ask,
  brand: Brand,
  input: Meaning,
): Promise<{ id?: number | undefined; kept: Done["skipped"] }> {
  const id = await lookBySearchValue(tx, ask, brand, input);
  return id === undefined ? lookByAddress(tx, brand, input) : { id, kept: [] };
}

function hasAnother(holder: { primary_id: string | null }, { primaryId }: Meaning): boolean {
  return primaryId !== undefined && holder.primary_id !== null && holder.primary_id !== primaryId;
}

async function lookBySearchValue(
  tx: Tx,
  ask: Ask,
  brand: Brand,
  input: Meaning,
): Promise<number | undefined> {
  if (!brand.search_by_channel || input.searchValue === undefined) return undefined;
  const [first, second] = await holdersOf(tx, ask, [brand.id], input.searchValue);
  if (second)
    throw ambiguous("Two customers hold this address, on channels of different types: send primary_id.");
  return first && !hasAnother(first, input) ? first.id : undefined;
}

const priority = [
  "customer_link_channel",
  "extra_email",
  "extra_telephone",
  "extra_twitter",
  "extra_facebook",
];

function byPriority(channels: readonly ChannelSent[]): ChannelSent[] {
  return [...channels].sort((a, b) => rankOf(a) - rankOf(b));
}

function rankOf(channel: ChannelSent): number {
  const at = priority.indexOf(channel.field.toLowerCase());
  return at < 0 ? priority.length : at;
}

/** The first address held decides, unless its holder has another primary id: that is refused, or left with them. */
async function lookByAddress(tx: Tx, brand: Brand, input: Meaning) {
  const { channels = [] } = input;
  const holders = await readHolders(tx, brand.id, channels);
  const taken = byPriority(channels).flatMap((channel) => {
    const holder = holderOf(holders, channel);
    const { field, address } = channel;
    return holder ? [{ holder, shown: { field, address, customer_id: holder.customer_id } }] : [];
  });
  const kept = taken.filter(({ holder }) => hasAnother(holder, input));
  const [first] = brand.taken_address === "skip" ? taken.filter((one) => !kept.includes(one)) : taken;
  if (first && kept.includes(first)) throw channelTaken(kept.map(({ shown }) => shown));
  return { id: first?.holder.customer_id, kept: kept.map(({ shown }) => shown) };
}

/** Changes the customer found; one without a primary id takes the one sent. */
async function adopt(tx: Tx, ask: Ask, brand: Brand, held: Held, change: Change): Promise<Done> {
  const primaryId = held.primary_id === null ? change.fields.primaryId : undefined;
  try {
    return await changeWhole(tx, ask, brand, held, { ...change, fields: { ...change.fields, primaryId } });
  } catch (error) {
    if (error instanceof DossierError && error.code === "primary_id_taken") throw new Raced(error);
    throw error;
  }
}

function isSame(one: { field: string; address: string }, channel: ChannelSent): boolean {
  return one.field === channel.field && one.address === channel.address;
}

/** Inserts the customer with every address but those that others keep. */
async function insertNew(
  tx: Tx,
  ask: Ask,
  brand: Brand,
  change: Change,
  kept: Done["skipped"],
): Promise<Done> {
  const channels = change.channels.filter((channel) => !kept.some((one) => isSame(one, channel)));
  try {
    const done = await insertWhole(tx, ask, brand, { ...change, channels });
    if (done) return { ...done, skipped: kept };
  } catch (error) {
    if (error instanceof DossierError && error.code === "channel_taken") throw new Raced(error);
    throw error;
  }
  throw new Raced(); // the primary id has an owner by now
}

/** Without a primary id the search value becomes a channel too, so that the same call finds the customer next time. */
function withSearchValue(ask: Ask, input: Sent, channels: readonly ChannelSent[]): readonly ChannelSent[] {
  const field = spelledBy(ask, "searchValue");
  const type = input.searchValue === undefined ? undefined : inferType(ask.types, input.searchValue);
  if (!type || input.searchValue === undefined) {
    if (channels.length > 0) return channels;
    const message =
      "must be an e-mail address or a telephone number when nothing else identifies the customer";
    throw invalid([
      {
        field: input.searchValue === undefined ? "primary_id" : field,
        message: input.searchValue === undefined ? "is required, or an address" : message,
      },
    ]);
  }
  const read = normaliseAddress(type.rule, input.searchValue);
  if ("fault" in read) throw invalid([{ field, message: read.fault }]);
  const there = channels.some((one) => one.typeId === type.id && one.normalised === read.normalised);
  return there ? channels : [{ field, typeId: type.id, typeName: type.name, ...read }, ...channels];
}
