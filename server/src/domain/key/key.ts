/**
 * API keys: create, list, revoke. Rights only shrink from a key to one that it creates: no key grants a permission or a
 * brand that it lacks, and a key ends with its creator (ancestry.ts). A key's text is in the response that creates it
 * and nowhere else. A key limited to some brands sees, and may revoke, the keys whose brands are all among its own.
 */
import {
  type Api,
  type Decoded,
  DossierError,
  includesPermission,
  invalid,
  notFound,
  type Output,
  type Permission,
  permissions,
} from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { violatedConstraint } from "../../db/errors.ts";
import {
  type RequestContext,
  type Caller,
  type KeyKind,
  brandScope,
  canSeeBrand,
  wireNameOf,
} from "../context.ts";
import { keysetParams } from "../brand/brand.ts";
import { adoptChildren, assertAncestry, type RevokedKey, ancestryOf, auditDescendants } from "./ancestry.ts";
import { hashToken, generateToken, tokenPrefix } from "./token.ts";
import { toPage, parsePage } from "../pagination.ts";
import { write } from "../command.ts";

export { createKeyAuthenticator as createKeyring } from "./authenticator.ts";

/**
 * Whether the caller whose brands are `$1` sees a key, as a condition. A key whose brands are all deleted shares none with
 * any key: only keys for all brands see it.
 */
export const isKeyVisible = (key: string) => `($1::bigint[] IS NULL OR (NOT ${key}.all_brands
    AND EXISTS (SELECT FROM api_key_brand WHERE key_id = ${key}.id)
    AND NOT EXISTS (SELECT FROM api_key_brand WHERE key_id = ${key}.id AND brand_id <> ALL ($1))))`;

// A caller that may not see a key's creator gets its id, as in the audit trail, and not its name.
const keyPage: Statement = {
  name: "key_page",
  text: `SELECT k.id, k.name, k.kind, k.headers_allowed, k.prefix, k.permissions, k.all_brands, k.strict, k.created_at, k.last_used_at,
      ARRAY(SELECT brand_id FROM api_key_brand WHERE key_id = k.id ORDER BY brand_id) AS brand_ids,
      ends.expires_at, ends.revoked_at, k.parent_id, CASE WHEN ${isKeyVisible("p")} THEN p.name END AS parent_name
    FROM (SELECT * FROM api_key k WHERE ${isKeyVisible("k")} AND id > $2
        AND ($5::text IS NULL OR kind = $5) ORDER BY id OFFSET $3 LIMIT $4) AS k
      CROSS JOIN LATERAL (${ancestryOf("id = k.id")}
        SELECT min(expires_at) AS expires_at, min(revoked_at) AS revoked_at FROM line) AS ends
      LEFT JOIN api_key p ON p.id = k.parent_id
    ORDER BY k.id`,
};

const keyTotal: Statement = {
  name: "key_total",
  text: `SELECT count(*) AS count FROM api_key k WHERE ${isKeyVisible("k")} AND ($2::text IS NULL OR kind = $2)`,
};

interface KeyRow {
  id: number;
  name: string;
  kind: KeyKind;
  headers_allowed: boolean;
  prefix: string;
  permissions: Permission[];
  all_brands: boolean;
  brand_ids: number[];
  strict: boolean;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
  parent_id: number | null;
  parent_name: string | null;
}

/** A page of the keys the caller may see, including revoked and expired ones. */
export async function listKeys(
  ctx: RequestContext,
  input: Decoded<Api["key"]["list"]>,
): Promise<Output<Api["key"]["list"]>> {
  const place = parsePage(ctx, "key", input);
  const scope = brandScope(ctx.caller);
  const rows = await ctx.db.rows<KeyRow>(keyPage, [scope, ...keysetParams(place), input.kind ?? null]);
  const total = await ctx.db.row<{ count: number }>(keyTotal, [scope, input.kind ?? null]);
  return toPage(ctx, place, rows, total ?? { count: 0 }, (key) => [key.id], toWireKey);
}

function toWireKey({ all_brands, brand_ids, parent_id, parent_name, ...key }: KeyRow) {
  return {
    ...key,
    brand_ids: all_brands ? null : brand_ids,
    created_by: parent_id === null ? null : { id: parent_id, name: parent_name },
    created_at: key.created_at.toISOString(),
    expires_at: key.expires_at?.toISOString() ?? null,
    revoked_at: key.revoked_at?.toISOString() ?? null,
    last_used_at: key.last_used_at?.toISOString() ?? null,
  };
}

/** A new key; without `brandIds` it is for all brands. */
type NewKey = Decoded<Api["key"]["create"]>;

/** Creates a key and returns its text, this once. */
export async function createKey(ctx: RequestContext, input: NewKey): Promise<Output<Api["key"]["create"]>> {
  assertRights(ctx.caller, input);
  if (input.kind !== "person" && input.headersAllowed === false)
    throw invalid([
      {
        field: wireNameOf(ctx, "headersAllowed"),
        message: "can be false for a person's key only: a program has no page to sign in on",
      },
    ]);
  const key = generateToken();
  const { keyId, name } = ctx.caller;
  const created_by = keyId === 0 ? null : { id: keyId, name };
  // Without idempotency: a stored response would contain the key.
  const created = await write({ ...ctx, idempotencyKey: undefined }, async (tx) => {
    const end = await assertAncestry(tx, ctx.caller, input.expiresAt);
    const id = await insertKey(tx, key, { ...input, expiresAt: end ?? undefined }, created_by?.id);
    if (input.brandIds?.some((brandId) => !canSeeBrand(ctx.caller, brandId))) throw notFound("brand");
    return { id, outcome: "created" as const, expires_at: end?.toISOString() ?? null, created_by };
  });
  ctx.invalidateKeys?.();
  return { type: "result", message: "API key created. It is not shown again.", ...created, key };
}

function assertRights(caller: Caller, input: NewKey): void {
  const lacking = input.permissions.find((permission) => !includesPermission(caller.permissions, permission));
  if (lacking) throw permissionMissing(`${lacking}, so it cannot hand it out`);
  if (!input.brandIds && brandScope(caller) !== null)
    throw permissionMissing("SETTINGS_CRUD for all brands. Send brand_ids");
}

function permissionMissing(what: string): DossierError {
  return new DossierError("permission_missing", `This key lacks the permission ${what}.`);
}

const insertRow: Statement = {
  name: "key_insert",
  text: `INSERT INTO api_key (name, prefix, hash, permissions, all_brands, expires_at, parent_id, strict, kind, headers_allowed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id, coalesce(expires_at <= now(), false) AS expired`,
};

const insertBrands: Statement = {
  name: "key_insert_brands",
  text: "INSERT INTO api_key_brand (key_id, brand_id) SELECT DISTINCT $1::bigint, unnest($2::bigint[])",
};

async function insertKey(
  tx: Tx,
  key: string,
  { name, permissions, brandIds, expiresAt, strict = false, kind = "service", headersAllowed }: NewKey,
  parentId?: number,
): Promise<number> {
  const values = [
    name,
    tokenPrefix(key),
    hashToken(key),
    [...new Set(permissions)],
    !brandIds,
    expiresAt ?? null,
    parentId ?? null,
    strict,
    kind,
    headersAllowed ?? kind === "service",
  ];
  const [row] = await tx.rows<{ id: number; expired: boolean }>(insertRow, values);
  if (!row || row.expired) throw invalid([{ field: "expires_at", message: "must be in the future" }]);
  if (brandIds) await tx.rows(insertBrands, [row.id, brandIds]).catch(translateBrandViolation);
  return row.id;
}

function translateBrandViolation(error: unknown): never {
  throw violatedConstraint(error) === "api_key_brand_brand_id_fkey" ? notFound("brand") : error;
}

// A key that ended with its ancestry counts as missing, and so do the keys it created: they can no longer be
// transferred.
const revokeRow: Statement = {
  name: "key_revoke",
  text: `UPDATE api_key k SET revoked_at = now() WHERE ${isKeyVisible("k")} AND id = $2 AND revoked_at IS NULL
      AND NOT EXISTS (${ancestryOf("id = $2")} SELECT FROM line WHERE revoked_at IS NOT NULL)
    RETURNING id, parent_id, permissions`,
};

/**
 * Revokes a key and the keys it has created; or transfers those. A key revoked before is answered like a missing one.
 */
export async function revokeKey(
  ctx: RequestContext,
  input: Decoded<Api["key"]["revoke"]>,
): Promise<Output<Api["key"]["revoke"]>> {
  const answer = await write(ctx, async (tx) => {
    if (input.adopt) await tx.rows(lockKeys);
    const row = await tx.row<RevokedKey>(revokeRow, [brandScope(ctx.caller), input.id]);
    if (!row) throw notFound("key");
    await tx.recordErasure("key_revocation", [input.id]);
    const result = { type: "result" as const, id: input.id, outcome: "deleted" as const };
    if (input.adopt) {
      const adopted = await adoptChildren(tx, ctx, row);
      return {
        ...result,
        message: `API key revoked; ${countOf(adopted)} it had made are taken over.`,
        adopted,
      };
    }
    const ended = await auditDescendants(tx, ctx, input.id);
    if (ended === 0) return { ...result, message: "API key revoked." };
    return { ...result, message: `API key revoked, and with it ${countOf(ended)} it had made.`, ended };
  });
  ctx.invalidateKeys?.();
  return answer;
}

function countOf(keys: number): string {
  return keys === 1 ? "1 key that" : `${keys} keys that`;
}

const selectAnyKey: Statement = { name: "key_select_any", text: "SELECT id FROM api_key LIMIT 1" };
const lockKeys: Statement = { name: "key_lock_all", text: "LOCK TABLE api_key IN SHARE ROW EXCLUSIVE MODE" };

/**
 * At the very first start: an administrator key. Of concurrent starts, one creates it. `keep` stores the text before
 * the key is valid, so that no end of the process in between makes a key whose text is lost.
 */
export async function createFirstKey(db: Db, keep: (key: string) => void): Promise<string | undefined> {
  if (await db.row(selectAnyKey)) return undefined;
  const key = generateToken();
  return db.transaction(async (tx) => {
    await tx.rows(lockKeys);
    if (await tx.row(selectAnyKey)) return undefined;
    await insertKey(tx, key, { name: "administrator", permissions: [...permissions] });
    keep(key);
    return key;
  });
}
