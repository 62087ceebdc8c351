/**
 * Changes of customers in one turn of the event loop, made together: names and channels of different customers of one
 * brand, whom an id or a primary id names for certain. Whoever changes anything else, or wants a version, goes by himself.
 */
import type { ChannelSent } from "@dossier/api";
import type { Statement, Tx } from "../db/database.ts";
import type { Gathering } from "./batcher.ts";
import { type Ask, scopeOf } from "./context.ts";
import type { Done } from "./customer/update.ts";
import { addToFresh, placeOf } from "./customer/channels.ts";
import {
  changeRows,
  differing,
  type Held,
  heldColumns,
  namesOf,
  type OwnFields,
  termsOfOne,
} from "./customer/row.ts";
import { brandNamed, findAmong, type Found, isFoundAmong, type Naming, type Who } from "./customer/identify.ts";
import { isWaitedFor, linkWaiting } from "./linking.ts";
import { changeTermsOfMany } from "./search/search.ts";
import { Raced, type Work } from "./command.ts";
import { writeTogether } from "./command-batch.ts";

/** What is to be done to a customer, in the plain case. */
export interface PlainChange {
  fields: Omit<OwnFields, "primaryId">;
  channels: readonly ChannelSent[];
  noSync: boolean | undefined;
}

interface Wish extends Naming, PlainChange {
  /** how the caller tells what was done */
  tell(done: Done): Work<object>;
}

/** The customer changed together with others, as the caller tells it; nothing when it must be changed by itself. */
export async function changeTogether<T extends object>(
  ask: Ask,
  who: Who,
  change: PlainChange,
  tell: (done: Done) => Work<T>,
): Promise<T | undefined> {
  const wish: Wish = { ask, who, ...change, tell };
  if (ask.ifMatch !== undefined || !isFoundAmong(wish)) return undefined;
  const key = `${scopeOf(ask.caller)?.join() ?? "all"} of ${brandNamed(wish) ?? "any"}`;
  return (await ask.db.gather(changing, key, wish)) as T | undefined;
}

const changing: Gathering<Wish, object | undefined> = {
  most: 32,
  atOnce: 2,
  run: (db, all) =>
    writeTogether(db, all, {
      look: (tx) => findAmong(tx, all),
      choose: (found) => apart(all, found),
      work: changeAll,
    }),
};

/** Those of one brand that have nothing to do with each other: the first for each customer and each address. */
function apart(all: readonly Wish[], found: ReadonlyMap<Wish, Found>): Wish[] {
  const [first] = found.values();
  const taken = new Set<string>();
  return all.filter((wish) => {
    const customer = found.get(wish);
    if (!customer || customer.brand_id !== first?.brand_id) return false;
    const wanted = [`customer ${customer.id}`, ...new Set(wish.channels.map(placeOf))];
    if (wanted.some((one) => taken.has(one))) return false;
    for (const one of wanted) taken.add(one);
    return true;
  });
}

const lockAll: Statement = {
  name: "customer_lock_many",
  text: `SELECT ${heldColumns} FROM customer WHERE id = ANY ($1) AND brand_id = $2 ORDER BY id FOR NO KEY UPDATE`,
};

const channelsOfAll: Statement = {
  name: "customer_channels_many",
  text: "SELECT customer_id, id, type_id, normalised FROM customer_channel WHERE customer_id = ANY ($1) AND brand_id = $2",
};

interface ChannelRow {
  customer_id: number;
  id: number;
  type_id: number;
  normalised: string;
}

/** A customer under lock, and what will be done to him. */
interface Plan {
  wish: Wish;
  ask: Ask;
  held: Held;
  /** the ids of the channels he has, by their places */
  own: ReadonlyMap<string, number>;
  places: readonly { typeId: number; normalised: string }[];
  /** the fields that differ */
  changes: OwnFields;
  /** the channels that he lacks */
  channels: readonly ChannelSent[];
  id: number;
}

async function changeAll(tx: Tx, wishes: readonly Wish[], found: ReadonlyMap<Wish, Found>) {
  const plans = await lockThem(tx, wishes, found);
  const brandId = plans[0]?.held.brand_id as number;
  const changed = plans.filter(
    ({ changes, channels }) => channels.length > 0 || Object.keys(changes).length > 0,
  );
  const linking = plans.filter(({ wish }) => !wish.noSync);
  const [added, rows, , isWaited] = await Promise.all([
    addToFresh(tx, brandId, plans),
    changeRows(tx, brandId, changed),
    changeTermsOfMany(tx, brandId, changed.map(termsOfPlan)),
    isWaitedFor(
      tx,
      brandId,
      linking.flatMap(({ wish }) => wish.channels),
    ),
  ]);
  if (!added) throw new Raced(); // somebody else has an address
  const parts = [];
  for (const plan of plans) {
    const { ask, held, own, wish, changes } = plan;
    const { ids, fresh } = added.get(held.id) ?? { ids: [], fresh: [] };
    const idOf = new Map([
      ...own,
      ...plan.channels.map((one, at) => [placeOf(one), ids[at] as number] as const),
    ]);
    const now = rows.get(held.id);
    const done: Done = {
      held: now ?? held,
      changed: now !== undefined,
      ids: wish.channels.map((one) => idOf.get(placeOf(one)) as number),
      fresh,
      skipped: [],
      fields: [...namesOf(changes), ...(fresh.length > 0 ? ["channels"] : [])],
      tickets: isWaited && !wish.noSync ? await linkWaiting(tx, held, wish.channels) : [],
    };
    parts.push({ ask, brandId, work: wish.tell(done) });
  }
  return parts;
}

/** Locks the customers, in the order of their ids, and reads what they have; all of it again if one is no longer who was meant. */
async function lockThem(tx: Tx, wishes: readonly Wish[], found: ReadonlyMap<Wish, Found>): Promise<Plan[]> {
  const meant = wishes.map((wish) => found.get(wish) as Found);
  const values = [meant.map(({ id }) => id), meant[0]?.brand_id];
  const [locked, channels] = await Promise.all([
    tx.rows<Held>(lockAll, values),
    tx.rows<ChannelRow>(channelsOfAll, values),
  ]);
  return wishes.map((wish, at): Plan => {
    const held = locked.find(({ id }) => id === meant[at]?.id);
    if (held?.primary_id !== meant[at]?.primary_id || !held) throw new Raced();
    const rows = channels.filter(({ customer_id }) => customer_id === held.id);
    const places = rows.map(({ type_id, normalised }) => ({ typeId: type_id, normalised }));
    const own = new Map(rows.map(({ id }, n) => [placeOf(places[n] as (typeof places)[number]), id]));
    const lacked = wish.channels.filter((one) => !own.has(placeOf(one)));
    const changes = differing(held, wish.fields);
    return { wish, ask: wish.ask, held, own, places, changes, channels: lacked, id: held.id };
  });
}

function termsOfPlan({ ask, held, places, changes, channels }: Plan) {
  const { firstname = held.firstname, lastname = held.lastname } = changes;
  return {
    id: held.id,
    before: termsOfOne(held, places, ask.types),
    after: termsOfOne({ ...held, firstname, lastname }, [...places, ...channels], ask.types),
  };
}
