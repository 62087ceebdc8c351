/** Addresses and primary ids that customers gave up: kept beside them, so that a purge finds what still names them. */
import type { Statement, Tx } from "../../db/database.ts";
import type { Address } from "../address.ts";

/** Stands for the channel type of a former primary id: no type has this id. */
export const primaryIdType = 0;

const insertRows: Statement = {
  name: "former_identifier_insert",
  text: `INSERT INTO former_identifier (customer_id, channel_type_id, value)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS f (customer_id, channel_type_id, value) ORDER BY 1, 2, 3
    ON CONFLICT DO NOTHING`,
};

/** Records addresses that customers under lock have no longer. */
export async function recordFormerAddresses(
  tx: Tx,
  all: readonly (Address & { customerId: number })[],
): Promise<void> {
  if (all.length === 0) return;
  await tx.row(insertRows, [
    all.map(({ customerId }) => customerId),
    all.map(({ typeId }) => typeId),
    all.map(({ normalised }) => normalised),
  ]);
}

/** Records primary ids that customers under lock have no longer; they stand beside the addresses. */
export function recordFormerPrimaryIds(
  tx: Tx,
  all: readonly { customerId: number; primaryId: string }[],
): Promise<void> {
  return recordFormerAddresses(
    tx,
    all.map(({ customerId, primaryId }) => ({ customerId, typeId: primaryIdType, normalised: primaryId })),
  );
}
