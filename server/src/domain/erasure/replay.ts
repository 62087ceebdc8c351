/**
 * Replay of the erasure log on a restored database: who was purged is purged again, and revoked keys are revoked, before
 * any server opens the database. It can be repeated: what is erased already is passed over.
 */
import type { ChannelType } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import type { Erasure } from "../../db/erasure-log.ts";
import { appendSystemAuditEntry } from "../audit.ts";
import { enqueueEvents } from "../outbox.ts";
import { eraseCustomers, idsOf, purgeEvents, purgeTimeoutMs } from "./person.ts";
import { lockTargets } from "./purge.ts";
import { pruneWords } from "./words.ts";

/** How much was erased again. */
export interface ReplayReport {
  customers: number;
  keys: number;
}

/**
 * An entry this much older than the backup is of a purge that the backup has seen. If its customer is in the backup all
 * the same, the purge was rolled back by a crash, and the customer stays.
 */
const seenAfterMs = 24 * 3_600_000;

/** The entries that a backup may not have seen. */
export function unseenErasures(erasures: readonly Erasure[], backupTime: Date): Erasure[] {
  return erasures.filter(({ time }) => Date.parse(time) > backupTime.getTime() - seenAfterMs);
}

/** Erases again what the entries name. */
export async function replayErasures(
  db: Db,
  types: readonly ChannelType[],
  erasures: readonly Erasure[],
): Promise<ReplayReport> {
  const idsOfKind = (wanted: Erasure["kind"]) => [
    ...new Set(erasures.filter(({ kind }) => kind === wanted).map(({ id }) => id)),
  ];
  let customers = 0;
  for (const id of idsOfKind("purge")) {
    const purged = await db.transaction((tx) => purgeAgain(tx, types, id));
    if (!purged) continue;
    await pruneWords(db, purged.brandId, purged.ids); // what is left is a job of the first server's
    customers += purged.ids.length;
  }
  const keys = idsOfKind("key_revocation");
  return { customers, keys: await db.transaction((tx) => revokeAgain(tx, keys)) };
}

/** Purges a customer, and deleted ones of the same primary id. */
async function purgeAgain(
  tx: Tx,
  types: readonly ChannelType[],
  id: number,
): Promise<{ brandId: number; ids: number[] } | undefined> {
  const targets = await lockTargets(tx, null, id);
  if (!targets) return undefined;
  await tx.setTimeouts(purgeTimeoutMs);
  await eraseCustomers(tx, types, targets);
  const ids = idsOf(targets);
  for (const one of ids)
    await appendSystemAuditEntry(
      tx,
      "customer.purge",
      "customer",
      { id: one, outcome: "purged" },
      targets.brandId,
    );
  await enqueueEvents(tx, purgeEvents(targets));
  return { brandId: targets.brandId, ids };
}

const revokeRows: Statement = {
  name: "replay_revoke_keys",
  text: "UPDATE api_key SET revoked_at = now() WHERE id = ANY ($1) AND revoked_at IS NULL RETURNING id",
};

async function revokeAgain(tx: Tx, ids: readonly number[]): Promise<number> {
  const revoked = await tx.rows<{ id: number }>(revokeRows, [ids]);
  for (const { id } of revoked)
    await appendSystemAuditEntry(tx, "key.revoke", "key", { id, outcome: "deleted" }, null);
  return revoked.length;
}
