/**
 * Addresses by which tickets, messages and events belong to a person being erased: those the person has or had, in every
 * channel type of their rule. An address that another live customer of the brand has by now belongs to that customer; of
 * its tickets only those are emptied that no customer has or that were taken from the person.
 */
import type { AddressRule, ChannelType } from "@dossier/api";
import type { Queryable, Statement } from "../../db/database.ts";
import { type Address, addressKey, recognisedAddresses } from "../address.ts";
import { primaryIdType } from "../customer/former.ts";
import type { PurgeParams } from "./personal-data.ts";

// An address belongs to one person on every channel whose addresses follow the same rule; for plain names that is
// unknown.
const sharedRules: readonly AddressRule[] = ["email", "phone", "twitter", "facebook"];

const selectAddresses: Statement = {
  name: "purge_select_addresses",
  text: `SELECT channel_type_id, normalised, bool_or(current) AS current FROM (
      SELECT channel_type_id, normalised, true AS current FROM customer_channel WHERE customer_id = ANY ($1)
      UNION ALL SELECT channel_type_id, normalised, true FROM deleted_customer_channel WHERE customer_id = ANY ($1)
      UNION ALL SELECT channel_type_id, value, false FROM former_identifier
        WHERE customer_id = ANY ($1) AND channel_type_id <> ${primaryIdType}) AS theirs GROUP BY 1, 2`,
};

const selectTaken: Statement = {
  name: "purge_select_taken",
  text: `SELECT a.channel_type_id, a.normalised FROM unnest($3::bigint[], $4::text[]) AS a (channel_type_id, normalised)
      CROSS JOIN LATERAL (SELECT FROM customer_channel h
        WHERE h.brand_id = $2 AND h.channel_type_id = a.channel_type_id AND h.normalised = a.normalised
          AND h.customer_id <> ALL ($1) LIMIT 1) AS h`,
};

interface AddressRow {
  channel_type_id: number;
  normalised: string;
  current: boolean;
}

/** An address of theirs, in one of the types of its rule. */
interface OwnAddress extends Address {
  current: boolean;
}

type AddressParams = Pick<
  PurgeParams,
  | "allTypes"
  | "allAddresses"
  | "waitingTypes"
  | "waitingAddresses"
  | "ownTypes"
  | "ownAddresses"
  | "recordTypes"
  | "recordAddresses"
  | "ownRecognised"
>;

/** The addresses of customers of a brand, by what of their tickets, messages and events is theirs. */
export async function readAddresses(
  tx: Queryable,
  types: readonly ChannelType[],
  brandId: number,
  ids: readonly number[],
): Promise<AddressParams> {
  const rows = await tx.rows<AddressRow>(selectAddresses, [ids]);
  const all = inEveryType(types, rows);
  const taken = await readTaken(tx, brandId, ids, all);
  const waiting = all.filter(({ current }) => current);
  const own = all.filter((one) => !taken.has(addressKey(one)));
  // In the records of others, and where it is recognised in a text, it is theirs only if no type of its rule gives it to
  // another.
  const lost = new Set(all.filter((one) => taken.has(addressKey(one))).map(({ normalised }) => normalised));
  const inRecords = own.filter(({ normalised }) => !lost.has(normalised));
  const recognised = inRecords.filter(({ normalised }) => recognisedAddresses(normalised).length > 0);
  return {
    allTypes: all.map(({ typeId }) => typeId),
    allAddresses: all.map(({ normalised }) => normalised),
    waitingTypes: waiting.map(({ typeId }) => typeId),
    waitingAddresses: waiting.map(({ normalised }) => normalised),
    ownTypes: own.map(({ typeId }) => typeId),
    ownAddresses: own.map(({ normalised }) => normalised),
    recordTypes: inRecords.map(({ typeId }) => typeId),
    recordAddresses: inRecords.map(({ normalised }) => normalised),
    ownRecognised: [...new Set(recognised.map(({ normalised }) => normalised))],
  };
}

/** Each address in every type of its rule; a plain one that is an e-mail address or telephone number also as that. */
function inEveryType(types: readonly ChannelType[], rows: readonly AddressRow[]): OwnAddress[] {
  const found = new Map<string, OwnAddress>();
  for (const { channel_type_id, normalised, current } of rows)
    for (const { typeId, normalised: form } of [
      { typeId: channel_type_id, normalised },
      ...recognisedAddresses(normalised),
    ])
      for (const other of typesLike(types, typeId)) {
        const one = { typeId: other, normalised: form };
        const known = found.get(addressKey(one));
        found.set(addressKey(one), { ...one, current: current || (known?.current ?? false) });
      }
  return [...found.values()];
}

function typesLike(types: readonly ChannelType[], typeId: number): number[] {
  const rule = types.find(({ id }) => id === typeId)?.rule;
  if (!rule || !sharedRules.includes(rule)) return [typeId];
  return types.filter((one) => one.rule === rule).map(({ id }) => id);
}

/** Those of the addresses that another live customer has. */
async function readTaken(
  tx: Queryable,
  brandId: number,
  ids: readonly number[],
  all: readonly Address[],
): Promise<Set<string>> {
  if (all.length === 0) return new Set();
  const values = [ids, brandId, all.map(({ typeId }) => typeId), all.map(({ normalised }) => normalised)];
  const rows = await tx.rows<Omit<AddressRow, "current">>(selectTaken, values);
  return new Set(rows.map((row) => addressKey({ typeId: row.channel_type_id, normalised: row.normalised })));
}
