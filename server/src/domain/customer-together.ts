/**
 * New customers of one turn of the event loop and one brand, inserted together: those who need nothing else. Whoever is
 * known already, comes twice, or has something that must be looked at goes by itself.
 */
import type { ChannelSent, CustomSent } from "@dossier/api";
import type { Gathering } from "./batcher.ts";
import type { Queries, Statement, Tx } from "../db/database.ts";
import { type Ask, sees } from "./context.ts";
import { type Brand, findBrand } from "./brand/brand.ts";
import type { Done } from "./customer/update.ts";
import { addToFresh } from "./customer/channels.ts";
import { addTermsOfCustomers, insertCustomers, namesOf, type OwnFields } from "./customer/row.ts";
import { looksLikeNone } from "./customer/identify.ts";
import { isWaitedFor, linkWaiting } from "./linking.ts";
import { Raced, type Work } from "./command.ts";
import { writeTogether } from "./command-batch.ts";

/** A customer to be made, and how its maker tells what was done. */
interface Wish {
  ask: Ask;
  brandId: number;
  fields: OwnFields;
  channels: readonly ChannelSent[];
  noSync: boolean;
  tell(done: Done): Work<object>;
}

/** What is sent of a customer that may be new. */
interface Sent {
  brandId: number;
  primaryId?: string | undefined;
  firstname?: string | undefined;
  lastname?: string | undefined;
  channels?: readonly ChannelSent[] | undefined;
  custom?: readonly CustomSent[] | undefined;
  noSync?: boolean | undefined;
}

/** The customer made together with others, as its maker tells it; nothing when it must be made by itself. */
export async function insertTogether<T extends object>(
  ask: Ask,
  sent: Sent,
  tell: (done: Done) => Work<T>,
): Promise<T | undefined> {
  const { brandId, primaryId, firstname, lastname, channels = [], custom = [], noSync = false } = sent;
  if (custom.length > 0 || !sees(ask.caller, brandId)) return undefined;
  const fields = { primaryId, firstname, lastname };
  const wish: Wish = { ask, brandId, fields, channels, noSync, tell };
  return (await ask.db.gather(inserting, String(brandId), wish)) as T | undefined;
}

const inserting: Gathering<Wish, object | undefined> = {
  most: 32,
  atOnce: 2, // more of them wait for one another where they write
  run: (db, all) =>
    writeTogether(db, all, {
      look: (tx) => look(tx, all),
      choose: ({ brand, known }) =>
        plainOf(
          brand,
          all.filter((_, at) => !known.has(at)),
        ),
      work: insertAll,
    }),
};

/** The brand, and by their numbers among all who is known. */
interface Seen {
  brand: Brand;
  known: ReadonlySet<number>;
}

async function look(tx: Queries, all: readonly Wish[]): Promise<Seen> {
  const [{ ask, brandId }] = all as readonly [Wish];
  const [brand, known] = await Promise.all([findBrand(tx, ask.caller, brandId), findKnown(tx, brandId, all)]);
  return { brand, known };
}

async function insertAll(tx: Tx, wishes: readonly Wish[], { brand }: Seen) {
  const done = await make(tx, brand.id, wishes);
  return done.map((one, at) => {
    const { ask, tell } = wishes[at] as Wish;
    return { ask, brandId: brand.id, work: tell(one) };
  });
}

/** Those who need nothing but to be inserted: of several who want one primary id or address, the first. */
function plainOf(brand: Brand, all: readonly Wish[]): Wish[] {
  const taken = new Set<string>();
  return all.filter(({ fields, channels }) => {
    const { primaryId } = fields;
    if (primaryId !== undefined && looksLikeNone(brand, primaryId)) return false;
    const wanted = channels.map(({ typeId, normalised }) => `${typeId} ${normalised}`);
    if (primaryId !== undefined) wanted.push(`id ${primaryId}`);
    if (wanted.some((one) => taken.has(one))) return false;
    for (const one of wanted) taken.add(one);
    return true;
  });
}

// Only to save the trouble: whether something is free is said by the constraints, later.
const knownAmong: Statement = {
  name: "customer_known_among",
  text: `SELECT a.n FROM unnest($2::int[], $3::text[]) AS a (n, primary_id)
      JOIN customer c ON c.brand_id = $1 AND c.primary_id = a.primary_id
    UNION SELECT a.n FROM unnest($4::int[], $5::bigint[], $6::text[]) AS a (n, type_id, normalised)
      JOIN customer_channel h ON h.brand_id = $1 AND h.type_id = a.type_id AND h.normalised = a.normalised`,
};

async function findKnown(tx: Queries, brandId: number, all: readonly Wish[]): Promise<Set<number>> {
  const ids = all.flatMap(({ fields }, n) =>
    fields.primaryId === undefined ? [] : [{ n, primaryId: fields.primaryId }],
  );
  const places = all.flatMap(({ channels }, n) =>
    channels.map(({ typeId, normalised }) => ({ n, typeId, normalised })),
  );
  if (ids.length + places.length === 0) return new Set();
  const known = await tx.rows<{ n: number }>(knownAmong, [
    brandId,
    ids.map(({ n }) => n),
    ids.map(({ primaryId }) => primaryId),
    places.map(({ n }) => n),
    places.map(({ typeId }) => typeId),
    places.map(({ normalised }) => normalised),
  ]);
  return new Set(known.map(({ n }) => n));
}

/** Inserts them all, in the order in which everybody takes locks: primary ids, addresses, words. */
async function make(tx: Tx, brandId: number, wishes: readonly Wish[]): Promise<Done[]> {
  const held = await insertCustomers(tx, brandId, wishes);
  if (held.length < wishes.length) throw new Raced();
  const made = held.map((one, at) => ({ ...(wishes[at] as Wish), held: one, id: one.id }));
  const linking = made.filter(({ noSync }) => !noSync);
  const [added, , isWaited] = await Promise.all([
    addToFresh(tx, brandId, made),
    addTermsOfCustomers(tx, brandId, made),
    isWaitedFor(
      tx,
      brandId,
      linking.flatMap(({ channels }) => channels),
    ),
  ]);
  if (!added) throw new Raced();
  const done: Done[] = [];
  for (const { held: one, fields, channels, noSync } of made) {
    const tickets = isWaited && !noSync ? await linkWaiting(tx, one, channels) : [];
    const own = added.get(one.id) ?? { ids: [], fresh: [], skipped: [] };
    const names = [...namesOf(fields), ...(own.fresh.length > 0 ? ["channels"] : [])];
    done.push({ held: one, changed: true, ...own, fields: names, tickets });
  }
  return done;
}
