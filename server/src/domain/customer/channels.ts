/**
 * Adding channels to a customer. An address belongs to at most one customer of a brand: the constraint decides, and
 * what it refused is looked up afterwards. Addresses are inserted in one order by everybody, so that two calls that
 * want the same two never wait for each other.
 */
import { type ChannelSent, DossierError } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { type Ask, originOf } from "../context.ts";
import type { Brand } from "../brand/brand.ts";
import { Raced } from "../command.ts";

/** What became of the channels sent. */
export interface Added {
  /** rows of every channel that is the customer's now, in the order sent */
  ids: number[];
  /** those among them that are new */
  fresh: number[];
  skipped: { field: string; address: string; customer_id: number }[];
}

const insertChannels: Statement = {
  name: "channel_insert",
  text: `INSERT INTO customer_channel (id, customer_id, brand_id, type_id, address, normalised, source, key_id)
    OVERRIDING SYSTEM VALUE
    SELECT id, customer_id, $1, type_id, address, normalised, source, key_id
      FROM (SELECT nextval('customer_channel_id_seq') AS id, a.*
              FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[])
                AS a (customer_id, type_id, address, normalised, source, key_id)) AS numbered
      ORDER BY type_id, normalised
    ON CONFLICT ON CONSTRAINT customer_channel_address_unique DO NOTHING
    RETURNING id, customer_id, type_id, normalised`,
};

const holdersOfAddresses: Statement = {
  name: "channel_holders",
  text: `SELECT h.id, h.customer_id, h.type_id, h.normalised, c.primary_id
    FROM unnest($2::bigint[], $3::text[]) AS a (type_id, normalised)
      JOIN customer_channel h ON h.brand_id = $1 AND h.type_id = a.type_id AND h.normalised = a.normalised
      JOIN customer c ON c.brand_id = $1 AND c.id = h.customer_id`,
};

interface ChannelRow {
  id: number;
  customer_id: number;
  type_id: number;
  normalised: string;
}

/** A channel that a customer is to have. */
interface Wanted {
  id: number;
  channel: ChannelSent;
  origin: ReturnType<typeof originOf>;
}

/** Inserts those that are free. */
async function insertFree(tx: Tx, brandId: number, wanted: readonly Wanted[]): Promise<ChannelRow[]> {
  if (wanted.length === 0) return [];
  return tx.rows<ChannelRow>(insertChannels, [
    brandId,
    wanted.map(({ id }) => id),
    wanted.map(({ channel }) => channel.typeId),
    wanted.map(({ channel }) => channel.address),
    wanted.map(({ channel }) => channel.normalised),
    wanted.map(({ origin }) => origin[0]),
    wanted.map(({ origin }) => origin[1]),
  ]);
}

/** The row that holds an address, and its owner's primary id. */
export interface Holder extends ChannelRow {
  primary_id: string | null;
}

const place = (typeId: number, normalised: string) => `${typeId} ${normalised}`;

/** An address as a text. */
export function placeOf({ typeId, normalised }: Pick<ChannelSent, "typeId" | "normalised">): string {
  return place(typeId, normalised);
}

/** Who holds each of these addresses in the brand, by their place. */
export async function readHolders(
  tx: Tx,
  brandId: number,
  channels: readonly Pick<ChannelSent, "typeId" | "normalised">[],
): Promise<Map<string, Holder>> {
  if (channels.length === 0) return new Map();
  const values = [brandId, channels.map((one) => one.typeId), channels.map((one) => one.normalised)];
  const rows = await tx.rows<Holder>(holdersOfAddresses, values);
  return new Map(rows.map((row) => [place(row.type_id, row.normalised), row]));
}

/** The row that holds a channel sent, among holders. */
export function holderOf(
  holders: Map<string, Holder>,
  channel: Pick<ChannelSent, "typeId" | "normalised">,
): Holder | undefined {
  return holders.get(placeOf(channel));
}

/**
 * Adds every channel to the customer, or none; with `skip`, those that others hold are left out.
 *
 * @throws DossierError `channel_taken` naming the first owner, with every field in `errors`
 */
export async function addAll(
  tx: Tx,
  ask: Ask,
  to: { id: number; brand_id: number },
  channels: readonly ChannelSent[],
  taken: Brand["taken_address"],
): Promise<Added> {
  if (channels.length === 0) return { ids: [], fresh: [], skipped: [] };
  const rows = await insertMissing(tx, ask, to, channels);
  const fresh = rows.filter((row) => row.fresh).map(({ id }) => id);
  const byPlace = new Map(rows.map((row) => [place(row.type_id, row.normalised), row]));
  const foreign = channels.flatMap((channel) => {
    const row = byPlace.get(placeOf(channel));
    return row && row.customer_id !== to.id
      ? [{ field: channel.field, address: channel.address, customer_id: row.customer_id }]
      : [];
  });
  if (foreign.length > 0 && taken === "refuse") throw channelTaken(foreign);
  const ids = channels.flatMap((channel) => {
    const row = byPlace.get(placeOf(channel));
    return row && row.customer_id === to.id ? [row.id] : [];
  });
  return { ids, fresh: fresh.sort((a, b) => a - b), skipped: foreign };
}

/**
 * Inserts what is free and reads who holds the rest. A holder that gave its address up in between is a race: trying
 * just that address again would take addresses out of order.
 */
async function insertMissing(
  tx: Tx,
  ask: Ask,
  to: { id: number; brand_id: number },
  channels: readonly ChannelSent[],
): Promise<(ChannelRow & { fresh: boolean })[]> {
  const origin = originOf(ask.caller);
  const wanted = channels.map((channel) => ({ id: to.id, channel, origin }));
  const inserted = await insertFree(tx, to.brand_id, wanted);
  const places = new Set(inserted.map((row) => place(row.type_id, row.normalised)));
  const rest = channels.filter((one) => !places.has(placeOf(one)));
  const holders = await readHolders(tx, to.brand_id, rest);
  if (rest.some((one) => !holderOf(holders, one))) throw new Raced();
  return [
    ...inserted.map((row) => ({ ...row, fresh: true })),
    ...Array.from(holders.values(), (row) => ({ ...row, fresh: false })),
  ];
}

/** Why addresses cannot be had. */
export function channelTaken(foreign: { field: string; customer_id: number }[]): DossierError {
  const [first] = foreign;
  return new DossierError(
    "channel_taken",
    `This address already belongs to customer ${first?.customer_id} of this brand.`,
    {
      errors: foreign.map(({ field, customer_id }) => ({
        field,
        message: `already in use by customer ${customer_id}`,
      })),
      conflict: { customer_id: first?.customer_id as number },
    },
  );
}

/** Customers of one brand, each with channels that it has not. */
export interface Fresh {
  ask: Ask;
  id: number;
  channels: readonly ChannelSent[];
}

/** Adds these channels, all of them free. What was added to each, or nothing when one was not free. */
export async function addToFresh(
  tx: Tx,
  brandId: number,
  all: readonly Fresh[],
): Promise<Map<number, Added> | undefined> {
  const wanted = all.flatMap(({ ask, id, channels }) =>
    distinct(channels).map((channel) => ({ id, channel, origin: originOf(ask.caller) })),
  );
  const rows = await insertFree(tx, brandId, wanted);
  if (rows.length < wanted.length) return undefined;
  const byPlace = new Map(rows.map((row) => [place(row.type_id, row.normalised), row.id]));
  return new Map(
    all.map(({ id, channels }) => {
      const ids = channels.map((one) => byPlace.get(placeOf(one)) as number);
      const fresh = [...new Set(ids)].sort((a, b) => a - b);
      return [id, { ids, fresh, skipped: [] }];
    }),
  );
}

/** Each address once. */
function distinct(channels: readonly ChannelSent[]): ChannelSent[] {
  return [...new Map(channels.map((one) => [placeOf(one), one])).values()];
}
