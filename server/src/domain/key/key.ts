/**
 * API keys: made, listed, revoked. Rights only ever shrink on the way from a key to one it makes: nobody hands out a
 * permission or a brand he lacks. A key's text leaves in the answer that makes it and exists nowhere else.
 * A key limited to some brands sees, and may revoke, the keys whose brands are all among its own.
 */
import {
  type Api,
  type Decoded,
  DossierError,
  invalid,
  notFound,
  type Output,
  type Permission,
  permissions,
} from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { violated } from "../../db/errors.ts";
import { type Ask, type Caller, scopeOf, sees } from "../context.ts";
import { seek } from "../brand/brand.ts";
import { hashKeyText, makeKeyText, prefixOf } from "./token.ts";
import { pageOf, placeOf } from "../pagination.ts";
import { write } from "../command.ts";

export { createKeyring } from "./authenticator.ts";

// A key whose brands are all gone has none in common with anybody: only keys for all brands see it.
const visible = `($1::bigint[] IS NULL OR (NOT all_brands
    AND EXISTS (SELECT FROM api_key_brand WHERE key_id = k.id)
    AND NOT EXISTS (SELECT FROM api_key_brand WHERE key_id = k.id AND brand_id <> ALL ($1))))`;

const keyPage: Statement = {
  name: "key_page",
  text: `SELECT id, name, prefix, permissions, all_brands, created_at, expires_at, revoked_at, last_used_at,
      ARRAY(SELECT brand_id FROM api_key_brand WHERE key_id = k.id ORDER BY brand_id) AS brand_ids
    FROM api_key k WHERE ${visible} AND id > $2 ORDER BY id OFFSET $3 LIMIT $4`,
};

const keyTotal: Statement = {
  name: "key_total",
  text: `SELECT count(*) AS count FROM api_key k WHERE ${visible}`,
};

interface KeyRow {
  id: number;
  name: string;
  prefix: string;
  permissions: Permission[];
  all_brands: boolean;
  brand_ids: number[];
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

/** A page of the keys the caller may see, revoked and expired ones among them. */
export async function listKeys(
  ask: Ask,
  input: Decoded<Api["key"]["list"]>,
): Promise<Output<Api["key"]["list"]>> {
  const place = placeOf(ask, "key", input);
  const scope = scopeOf(ask.caller);
  const rows = await ask.db.rows<KeyRow>(keyPage, [scope, ...seek(place)]);
  const total = await ask.db.row<{ count: number }>(keyTotal, [scope]);
  return pageOf(ask, place, rows, total ?? { count: 0 }, (key) => [key.id], showKey);
}

function showKey({ all_brands, brand_ids, ...key }: KeyRow) {
  return {
    ...key,
    brand_ids: all_brands ? null : brand_ids,
    created_at: key.created_at.toISOString(),
    expires_at: key.expires_at?.toISOString() ?? null,
    revoked_at: key.revoked_at?.toISOString() ?? null,
    last_used_at: key.last_used_at?.toISOString() ?? null,
  };
}

/** What a key is made of; without `brandIds` it is for all brands. */
type NewKey = Decoded<Api["key"]["create"]>;

/** Creates a key and answers its text, this once. */
export async function createKey(ask: Ask, input: NewKey): Promise<Output<Api["key"]["create"]>> {
  checkRights(ask.caller, input);
  const key = makeKeyText();
  // Without the retry: an answer that is kept for one would keep the key.
  const made = await write({ ...ask, retry: undefined }, async (tx) => {
    const id = await insertKey(tx, key, input);
    if (input.brandIds?.some((brandId) => !sees(ask.caller, brandId))) throw notFound("brand");
    return { id, outcome: "created" as const };
  });
  ask.forgetKeys?.();
  return { type: "result", message: "API key created. It is not shown again.", ...made, key };
}

function checkRights(caller: Caller, input: NewKey): void {
  const lacking = input.permissions.find((permission) => !caller.permissions.has(permission));
  if (lacking) throw lacks(`${lacking}, so it cannot hand it out`);
  if (!input.brandIds && scopeOf(caller) !== null)
    throw lacks("SETTINGS_CRUD for all brands. Send brand_ids");
}

function lacks(what: string): DossierError {
  return new DossierError("permission_missing", `This key lacks the permission ${what}.`);
}

const insertRow: Statement = {
  name: "key_insert",
  text: `INSERT INTO api_key (name, prefix, hash, permissions, all_brands, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id, coalesce(expires_at <= now(), false) AS expired`,
};

const insertBrands: Statement = {
  name: "key_insert_brands",
  text: "INSERT INTO api_key_brand (key_id, brand_id) SELECT DISTINCT $1::bigint, unnest($2::bigint[])",
};

async function insertKey(
  tx: Tx,
  key: string,
  { name, permissions, brandIds, expiresAt }: NewKey,
): Promise<number> {
  const values = [
    name,
    prefixOf(key),
    hashKeyText(key),
    [...new Set(permissions)],
    !brandIds,
    expiresAt ?? null,
  ];
  const [row] = await tx.rows<{ id: number; expired: boolean }>(insertRow, values);
  if (!row || row.expired) throw invalid([{ field: "expires_at", message: "must be in the future" }]);
  if (brandIds) await tx.rows(insertBrands, [row.id, brandIds]).catch(refuseBrand);
  return row.id;
}

function refuseBrand(error: unknown): never {
  throw violated(error) === "api_key_brand_brand_id_fkey" ? notFound("brand") : error;
}

const revokeRow: Statement = {
  name: "key_revoke",
  text: `UPDATE api_key k SET revoked_at = now() WHERE ${visible} AND id = $2 AND revoked_at IS NULL RETURNING id`,
};

/** Revokes a key. One that is revoked already is gone, like one that was never there. */
export async function revokeKey(
  ask: Ask,
  input: Decoded<Api["key"]["revoke"]>,
): Promise<Output<Api["key"]["revoke"]>> {
  const answer = await write(ask, async (tx) => {
    const row = await tx.row(revokeRow, [scopeOf(ask.caller), input.id]);
    if (!row) throw notFound("key");
    return {
      type: "result" as const,
      message: "API key revoked.",
      id: input.id,
      outcome: "deleted" as const,
    };
  });
  ask.forgetKeys?.();
  return answer;
}

const anyKey: Statement = { name: "key_any", text: "SELECT id FROM api_key LIMIT 1" };
const lockKeys: Statement = { name: "key_lock_all", text: "LOCK TABLE api_key IN SHARE ROW EXCLUSIVE MODE" };

/** At the very first start: an administrator key. However many start at once, one of them makes it. */
export async function createFirstKey(db: Db): Promise<string | undefined> {
  if (await db.row(anyKey)) return undefined;
  const key = makeKeyText();
  return db.transaction(async (tx) => {
    await tx.rows(lockKeys);
    if (await tx.row(anyKey)) return undefined;
    await insertKey(tx, key, { name: "administrator", permissions: [...permissions] });
    return key;
  });
}
