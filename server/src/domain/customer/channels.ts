/**
 * Channels of customers. An address belongs to at most one customer of a brand: the constraint decides. Addresses are
 * inserted in one order by all transactions, so two that want the same two never wait for each other in a circle.
 */
import { type DecodedChannel, DossierError } from "@dossier/api";
import type { Queryable, Statement, Tx } from "../../db/database.ts";
import { type Address, type AddressKey, addressKey } from "../address.ts";
import { ConcurrentChangeError } from "../command.ts";
import { type RequestContext, provenanceOf } from "../context.ts";
import type { AddressOwner, OwnChannel, Owners, SkippedChannel } from "./change.ts";

// Own channels of customers, and the owners of primary ids and addresses. Only what is read decides nothing: the constraints do.
// Each of them is looked up alone, by LATERAL with a LIMIT: with the statistics of a table that was empty a moment ago the
// planner would read all rows of the brand, and keeps that plan until the table is analysed.
const selectOwners: Statement = {
  name: "customer_select_owners",
  text: `SELECT 'own' AS part, h.customer_id, NULL AS primary_id, h.id AS channel_id, h.channel_type_id, h.normalised
      FROM unnest($2::bigint[]) AS a (customer_id)
        CROSS JOIN LATERAL (SELECT * FROM customer_channel c WHERE c.customer_id = a.customer_id OFFSET 0) AS h
      WHERE h.brand_id = $1
    UNION ALL SELECT 'primary_id', o.id, a.primary_id, NULL, NULL, NULL
      FROM unnest($3::text[]) AS a (primary_id)
        CROSS JOIN LATERAL (SELECT id FROM customer c
          WHERE c.brand_id = $1 AND c.primary_id = a.primary_id LIMIT 1) AS o
    UNION ALL SELECT 'address', h.customer_id, o.primary_id, h.id, a.channel_type_id, a.normalised
      FROM unnest($4::bigint[], $5::text[]) AS a (channel_type_id, normalised)
        CROSS JOIN LATERAL (SELECT id, customer_id FROM customer_channel c
          WHERE c.brand_id = $1 AND c.channel_type_id = a.channel_type_id AND c.normalised = a.normalised LIMIT 1) AS h
        CROSS JOIN LATERAL (SELECT primary_id FROM customer c
          WHERE c.brand_id = $1 AND c.id = h.customer_id LIMIT 1) AS o`,
};

interface OwnerRow {
  part: "own" | "primary_id" | "address";
  customer_id: number;
  primary_id: string | null;
  channel_id: number;
  channel_type_id: number;
  normalised: string;
}

/** What is asked about a brand's primary ids, addresses and customers. */
export interface OwnerQuery {
  customerIds?: readonly number[];
  primaryIds?: readonly string[];
  addresses?: readonly Address[];
}

/** The owners of primary ids and addresses, and the channels of customers by their ids. */
export async function findOwners(
  tx: Queryable,
  brandId: number,
  { customerIds = [], primaryIds = [], addresses = [] }: OwnerQuery,
): Promise<Owners & { channels: ReadonlyMap<number, OwnChannel[]> }> {
  const byPrimaryId = new Map<string, number>();
  const byAddress = new Map<AddressKey, AddressOwner>();
  const channels = new Map<number, OwnChannel[]>(customerIds.map((id) => [id, []]));
  if (customerIds.length + primaryIds.length + addresses.length === 0)
    return { byPrimaryId, byAddress, channels };
  const rows = await tx.rows<OwnerRow>(selectOwners, [
    brandId,
    customerIds,
    primaryIds,
    addresses.map(({ typeId }) => typeId),
    addresses.map(({ normalised }) => normalised),
  ]);
  for (const { part, customer_id, primary_id, channel_id: id, channel_type_id: typeId, normalised } of rows) {
    if (part === "own") channels.get(customer_id)?.push({ id, typeId, normalised });
    else if (part === "primary_id") byPrimaryId.set(primary_id as string, customer_id);
    else byAddress.set(addressKey({ typeId, normalised }), { channelId: id, customer_id, primary_id });
  }
  return { byPrimaryId, byAddress, channels };
}

/** The channels without those that stay with other customers. */
export function withoutSkipped(
  channels: readonly DecodedChannel[],
  skipped: readonly SkippedChannel[],
): readonly DecodedChannel[] {
  return channels.filter(
    ({ field, address }) => !skipped.some((one) => one.field === field && one.address === address),
  );
}

/** The channels sent that belong to other customers. */
export function takenBy(
  { byAddress }: Owners,
  channels: readonly DecodedChannel[],
  customerId?: number,
): SkippedChannel[] {
  return channels.flatMap((channel) => {
    const owner = byAddress.get(addressKey(channel));
    if (!owner || owner.customer_id === customerId) return [];
    return [{ field: channel.field, address: channel.address, customer_id: owner.customer_id }];
  });
}

const insertRows: Statement = {
  name: "channel_insert",
  text: `INSERT INTO customer_channel (id, customer_id, brand_id, channel_type_id, address, normalised, source, key_id)
    OVERRIDING SYSTEM VALUE
    SELECT id, customer_id, $1, channel_type_id, address, normalised, source, key_id
      FROM (SELECT nextval('customer_channel_id_seq') AS id, a.*
              FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[])
                AS a (customer_id, channel_type_id, address, normalised, source, key_id)) AS numbered
      ORDER BY channel_type_id, normalised
    ON CONFLICT ON CONSTRAINT customer_channel_address_unique DO NOTHING
    RETURNING id, channel_type_id, normalised`,
};

/** A channel that a customer is to have. */
export interface NewChannel {
  customerId: number;
  ctx: RequestContext;
  channel: DecodedChannel;
}

/**
 * Inserts channels of customers of a brand; their ids by address.
 *
 * @throws ConcurrentChangeError when an address has an owner by now
 */
export async function insertChannels(
  tx: Tx,
  brandId: number,
  all: readonly NewChannel[],
): Promise<Map<AddressKey, number>> {
  if (all.length === 0) return new Map();
  const origins = all.map(({ ctx }) => provenanceOf(ctx.caller));
  const rows = await tx.rows<{ id: number; channel_type_id: number; normalised: string }>(insertRows, [
    brandId,
    all.map(({ customerId }) => customerId),
    all.map(({ channel }) => channel.typeId),
    all.map(({ channel }) => channel.address),
    all.map(({ channel }) => channel.normalised),
    origins.map(([source]) => source),
    origins.map(([, keyId]) => keyId),
  ]);
  if (rows.length < all.length) throw new ConcurrentChangeError();
  return new Map(
    rows.map(({ id, channel_type_id, normalised }) => [
      addressKey({ typeId: channel_type_id, normalised }),
      id,
    ]),
  );
}

const deleteRows: Statement = {
  name: "channel_delete",
  text: `DELETE FROM customer_channel h USING unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS g (brand_id, id, customer_id)
    WHERE h.id = g.id AND h.customer_id = g.customer_id AND h.brand_id = g.brand_id RETURNING h.id`,
};

/** Deletes channels of customers under lock. @throws ConcurrentChangeError when one is gone by now */
export async function deleteChannels(
  tx: Tx,
  brandId: number,
  all: readonly { id: number; customerId: number }[],
): Promise<void> {
  if (all.length === 0) return;
  const values = [all.map(() => brandId), all.map(({ id }) => id), all.map(({ customerId }) => customerId)];
  if ((await tx.rows(deleteRows, values)).length < all.length) throw new ConcurrentChangeError();
}

/** Why addresses cannot be had: it names the first owner, and every field in `errors`. */
export function channelTakenError(
  taken: readonly Pick<SkippedChannel, "field" | "customer_id">[],
): DossierError {
  const [first] = taken;
  return new DossierError(
    "channel_taken",
    `This address already belongs to customer ${first?.customer_id} of this brand.`,
    {
      errors: taken.map(({ field, customer_id }) => ({
        field,
        message: `already in use by customer ${customer_id}`,
      })),
      conflict: { customerId: first?.customer_id as number },
    },
  );
}
