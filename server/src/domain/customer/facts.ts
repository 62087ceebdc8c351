/**
 * Facts of writes about customers: what the rules need to know of the brand, of the customers that are meant, and of the
 * owners of what was sent. They are read for all calls of a batch at once; customers are locked before the facts that
 * depend on them are read, and the connection keeps that order.
 */
import type { DecodedChannel, RawCustomField } from "@dossier/api";
import { pipeline, type Tx } from "../../db/database.ts";
import { findBrandOrNone } from "../brand/brand.ts";
import type { Brand } from "../brand/row.ts";
import type { OwnChannel, Owners } from "./change.ts";
import { findOwners, takenBy } from "./channels.ts";
import { type FieldFacts, readFieldFacts } from "./custom-values.ts";
import { type LockedCustomer, lockCustomers } from "./row.ts";
import { type CustomSizes, readSizes } from "./size.ts";

/** What is sent of a customer in one call. */
export interface SentCustomer {
  /** the customer under lock that it is about */
  customerId?: number | undefined;
  primaryId?: string | undefined;
  channels?: readonly DecodedChannel[] | undefined;
  custom?: readonly RawCustomField[] | undefined;
}

/** Everything about one brand that the rules of a customer's change need. */
export interface CustomerFacts {
  /** the customers under lock, by id, with their channels and the sizes of their custom values */
  locked: ReadonlyMap<number, LockedCustomer>;
  channels: ReadonlyMap<number, readonly OwnChannel[]>;
  sizes: ReadonlyMap<number, CustomSizes>;
  brand: Brand | undefined;
  owners: Owners;
  fields: FieldFacts;
}

/** What to read. */
export interface FactQuery {
  brandId: number;
  /** the customers to be locked */
  ids: readonly number[];
  sent: readonly SentCustomer[];
  /** a brand that was read already */
  brand?: Brand | undefined;
  /** the owners, where they were read already and no customer was locked since */
  owners?: Owners | undefined;
  /** whether the rules need the brand at all; otherwise it is read only where an address or a field asks for it */
  needsBrand: boolean;
}

/** Locks the customers and reads the facts, in one round trip where no value is for an unknown field. */
export async function readFacts(tx: Tx, query: FactQuery): Promise<CustomerFacts> {
  const { brandId, ids, sent, brand, needsBrand } = query;
  const customs = sent.flatMap(({ custom = [] }) => custom);
  const isBrandRead = !brand && (needsBrand || customs.length > 0);
  const [locked, [read, owned, fields, sizes]] = await pipeline(
    () => lockCustomers(tx, brandId, ids),
    () =>
      Promise.all([
        isBrandRead ? findBrandOrNone(tx, brandId) : brand,
        query.owners
          ? { ...query.owners, channels: new Map<number, OwnChannel[]>() }
          : findOwners(tx, brandId, {
              customerIds: ids,
              primaryIds: sent.flatMap(({ primaryId }) => primaryId ?? []),
              addresses: sent.flatMap(({ channels = [] }) => channels),
            }),
        readFieldFacts(tx, brandId, customs),
        readSizes(tx, brandId, ids, customs),
      ]),
  );
  const isForeign = sent.some(
    ({ customerId, channels = [] }) => takenBy(owned, channels, customerId).length > 0,
  );
  return {
    brand: read ?? (isForeign ? await findBrandOrNone(tx, brandId) : undefined),
    locked,
    channels: owned.channels,
    owners: owned,
    fields,
    sizes,
  };
}
