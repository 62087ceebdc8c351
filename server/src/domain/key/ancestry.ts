/**
 * Ancestry of keys: the key that created a key, that key's creator, and so on. A key ends with the first of its
 * ancestry that ends, and has only permissions that all of them have, whatever has become of them since. Nothing of
 * that is stored twice: each use reads the ancestry, by indexes.
 */
import { DossierError, includesPermission, invalid, type Permission } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import type { RequestContext, Caller } from "../context.ts";
import { appendAuditEntries } from "../audit.ts";

const columns = "id, parent_id, permissions, all_brands, expires_at, revoked_at";

/** The key that a condition on `api_key` finds, and its ancestry, as the table `line`. UNION ends a possible circle. */
export const ancestryOf = (condition: string) => `WITH RECURSIVE line AS (
      SELECT ${columns} FROM api_key WHERE ${condition}
      UNION SELECT ${columns
        .split(", ")
        .map((name) => `p.${name}`)
        .join(", ")} FROM line l JOIN api_key p ON p.id = l.parent_id)`;

const selectAncestryEnd: Statement = {
  name: "key_ancestry_end",
  text: `${ancestryOf("id = $1")} SELECT min(expires_at) AS expires_at, count(*)::int AS length FROM line`,
};

/** The maximum length of a chain of keys: every use of the last reads them all. */
const maxAncestry = 16;

/**
 * The latest end of a key created by the caller.
 *
 * @throws DossierError for a requested end beyond that, and at the end of the longest chain
 */
export async function assertAncestry(
  tx: Tx,
  { keyId }: Caller,
  requested: Date | undefined,
): Promise<Date | null> {
  if (keyId === 0) return requested ?? null; // the bootstrap administrator key is no row and has no end
  const ancestry = await tx.row<{ expires_at: Date | null; length: number }>(selectAncestryEnd, [keyId]);
  const end = ancestry?.expires_at ?? null;
  if ((ancestry?.length ?? 0) >= maxAncestry)
    throw new DossierError(
      "permission_missing",
      `This key is the ${maxAncestry}th of keys that made each other, and may make no other. Use one that came before it.`,
    );
  if (requested && end && requested > end)
    throw invalid([
      {
        field: "expires_at",
        message: `must not be later than the end of the key that makes it, ${end.toISOString()}`,
      },
    ]);
  return requested ?? end;
}

const isLive = (alias: string) =>
  `${alias}.revoked_at IS NULL AND (${alias}.expires_at IS NULL OR ${alias}.expires_at > now())`;

const selectDescendants: Statement = {
  name: "key_select_descendants",
  text: `WITH RECURSIVE made AS (
      SELECT k.id FROM api_key k WHERE k.parent_id = $1 AND ${isLive("k")}
      UNION SELECT k.id FROM made m JOIN api_key k ON k.parent_id = m.id AND ${isLive("k")})
    SELECT id FROM made ORDER BY id`,
};

/** Appends an audit entry for each key that ends with a key; returns their number. */
export async function auditDescendants(tx: Tx, ctx: RequestContext, id: number): Promise<number> {
  const made = await tx.rows<{ id: number }>(selectDescendants, [id]);
  await appendKeyEntries(tx, ctx, made, "deleted", []);
  return made.length;
}

async function appendKeyEntries(
  tx: Tx,
  ctx: RequestContext,
  keys: readonly { id: number }[],
  outcome: string,
  fields: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  await appendAuditEntries(
    tx,
    null,
    keys.map(({ id }) => ({ ctx, id, outcome, fields })),
  );
}

const selectAncestor: Statement = {
  name: "key_select_ancestor",
  text: `${ancestryOf("id = $1")} SELECT id FROM line WHERE id = $2`,
};

const reparentChildren: Statement = {
  name: "key_reparent_children",
  text: `UPDATE api_key SET parent_id = $2, expires_at = LEAST(expires_at, $3)
    WHERE parent_id = $1 AND id IS DISTINCT FROM $2 AND revoked_at IS NULL RETURNING id`,
};

const reparentHeir: Statement = {
  name: "key_reparent_heir",
  text: "UPDATE api_key SET parent_id = $2, expires_at = LEAST(expires_at, $3) WHERE id = $1 RETURNING id",
};

export interface RevokedKey {
  id: number;
  parent_id: number | null;
  permissions: readonly Permission[];
}

/**
 * Transfers the keys that a key has created to the caller, who must have all of its permissions; that it sees the key's
 * brands is known. An heir that descends from the key takes its place in the ancestry. No end moves: a key that would
 * have expired with it still does. The table is locked, so that concurrent transfers make no circle.
 */
export async function adoptChildren(tx: Tx, ctx: RequestContext, revoked: RevokedKey): Promise<number> {
  const { keyId, permissions } = ctx.caller;
  const missing = revoked.permissions.find((one) => !includesPermission(permissions, one));
  if (missing !== undefined)
    throw new DossierError(
      "permission_missing",
      `This key lacks the permission ${missing}, so it cannot take over what a key that has it has made.`,
    );
  if (keyId === revoked.id)
    throw invalid([{ field: "adopt", message: "is for another key: this one would take over from itself" }]);
  const end =
    (await tx.row<{ expires_at: Date | null }>(selectAncestryEnd, [revoked.id]))?.expires_at ?? null;
  const heir = keyId === 0 ? null : keyId;
  const descends = heir !== null && (await tx.row(selectAncestor, [heir, revoked.id])) !== undefined;
  const adopted = await tx.rows<{ id: number }>(reparentChildren, [revoked.id, heir, end]);
  const moved = descends ? await tx.rows<{ id: number }>(reparentHeir, [heir, revoked.parent_id, end]) : [];
  await appendKeyEntries(tx, ctx, [...adopted, ...moved], "updated", ["created_by"]);
  return adopted.length;
}
