/**
 * Idempotency-Keys: the claim of a key, the effect and the stored response are one transaction. A duplicate that arrives
 * meanwhile waits on the claim, then gets the stored response; a failed attempt leaves no trace and may be tried again. What
 * is stored are keyed hashes and the response: tokens and fields may speak of people.
 */
import { DossierError } from "@dossier/api";
import type { Queryable, Statement, Tx } from "../db/database.ts";
import { retryReason, timeoutKind } from "../db/errors.ts";
import type { Call, IdempotencyKey, IdempotencyKeyHashes, RequestContext } from "./context.ts";

/** In milliseconds: how long a duplicate waits for the call that has the key. */
const claimTimeout = 5000;

const claim: Statement = {
  name: "idempotency_claim",
  text: `INSERT INTO idempotency_key AS i (key_id, operation, key_hash, fingerprint)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[]) AS c (key_id, operation, key_hash, fingerprint)
      ORDER BY 1, 2, 3
    ON CONFLICT (key_id, operation, key_hash) DO UPDATE
      SET fingerprint = excluded.fingerprint, response = NULL, customer_ids = '{}', erased = false, created_at = now()
      WHERE i.created_at < now() - interval '24 hours'
    RETURNING key_id, operation, key_hash`,
};

const readStored: Statement = {
  name: "idempotency_read",
  text: `SELECT i.key_id, i.operation, i.key_hash, i.fingerprint, i.response, i.erased
    FROM unnest($1::bigint[], $2::text[], $3::bytea[]) AS c (key_id, operation, key_hash)
      JOIN idempotency_key i ON i.key_id = c.key_id AND i.operation = c.operation AND i.key_hash = c.key_hash
    WHERE i.created_at >= now() - interval '24 hours'`,
};

const release: Statement = {
  name: "idempotency_release",
  text: `DELETE FROM idempotency_key i USING unnest($1::bigint[], $2::text[], $3::bytea[]) AS c (key_id, operation, key_hash)
    WHERE i.key_id = c.key_id AND i.operation = c.operation AND i.key_hash = c.key_hash AND i.response IS NULL AND NOT i.erased`,
};

const store: Statement = {
  name: "idempotency_store",
  text: `UPDATE idempotency_key i SET response = a.response::json, customer_ids = a.ids::bigint[]
    FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::text[], $5::text[]) AS a (key_id, operation, key_hash, response, ids)
    WHERE i.key_id = a.key_id AND i.operation = a.operation AND i.key_hash = a.key_hash`,
};

interface Stored {
  key_id: number;
  operation: string;
  key_hash: Buffer;
  fingerprint: Buffer;
  response: object | null;
  /** a purge deleted the response */
  erased: boolean;
}

/** One hash that a call is known by. */
interface Claim<C> extends IdempotencyKeyHashes {
  call: C;
  keyId: number;
  operation: string;
  /** names it among others */
  id: string;
}

/**
 * What a retry is known by: while one secret follows another by both, the previous first, so that a process that has only
 * one of them and a process that has both meet on a claim whichever it is.
 */
function hashesOf({ keyHash, fingerprint, previous }: IdempotencyKey): IdempotencyKeyHashes[] {
  return [...(previous ? [previous] : []), { keyHash, fingerprint }];
}

const idOf = (keyId: number, operation: string, keyHash: Buffer) =>
  `${keyId} ${operation} ${keyHash.toString("hex")}`;

function claimsOf<C extends { ctx: RequestContext }>(call: C): Claim<C>[] {
  const { idempotencyKey, caller, operation } = call.ctx;
  if (!idempotencyKey) return [];
  return hashesOf(idempotencyKey).map((hashes) => {
    const id = idOf(caller.keyId, operation, hashes.keyHash);
    return { ...hashes, call, keyId: caller.keyId, operation, id };
  });
}

const placesOf = (claims: readonly Claim<unknown>[]) => [
  claims.map(({ keyId }) => keyId),
  claims.map(({ operation }) => operation),
  claims.map(({ keyHash }) => keyHash),
];

/** How the claims of calls went: those that may go on, and those that have ended. A call in neither is deferred. */
interface Claimed {
  open: readonly Call<unknown>[];
  ended: ReadonlyMap<Call<unknown>, { response: object } | { error: unknown }>;
}

/**
 * Claims the Idempotency-Keys of calls; those without one are open at once. Of calls with one key the first is claimed.
 * `mayWait`: waits for a call that has the key now, up to five seconds.
 */
export async function claimKeys(tx: Tx, calls: readonly Call<unknown>[], mayWait: boolean): Promise<Claimed> {
  const taken = new Set<string>();
  const first = calls.filter((call) => {
    const ids = claimsOf(call).map(({ id }) => id);
    if (ids.some((id) => taken.has(id))) return false;
    for (const id of ids) taken.add(id);
    return true;
  });
  const claims = first.flatMap(claimsOf);
  const made = await insertClaims(tx, claims, mayWait);
  const open = first.filter((call) => claimsOf(call).every(({ id }) => made.has(id)));
  const rest = claims.filter(({ call }) => !open.includes(call));
  const ended = new Map<Call<unknown>, { response: object } | { error: unknown }>();
  if (rest.length === 0) return { open, ended };
  const found = await tx.rows<Stored>(readStored, placesOf(rest));
  const byId = new Map(found.map((row) => [idOf(row.key_id, row.operation, row.key_hash), row]));
  for (const call of first) if (!open.includes(call)) ended.set(call, endOf(call, byId));
  await deleteClaims(
    tx,
    rest.filter(({ id }) => made.has(id)),
  );
  return { open, ended };
}

function endOf(
  call: Call<unknown>,
  stored: ReadonlyMap<string, Stored>,
): { response: object } | { error: unknown } {
  for (const one of claimsOf(call)) {
    const row = stored.get(one.id);
    if (!row?.response && !row?.erased) continue;
    try {
      const response = responseOf(row, one);
      call.ctx.replayed = true;
      return { response };
    } catch (error) {
      return { error };
    }
  }
  return { error: stillRunning() };
}

async function insertClaims(
  tx: Tx,
  claims: readonly Claim<unknown>[],
  mayWait: boolean,
): Promise<Set<string>> {
  const values = [...placesOf(claims), claims.map(({ fingerprint }) => fingerprint)];
  if (mayWait) await tx.setTimeouts(claimTimeout);
  const rows = await tx
    .rows<{ key_id: number; operation: string; key_hash: Buffer }>(claim, values)
    .catch((error: unknown) => {
      const { cause } = error as { cause?: unknown };
      const waited = retryReason(error) === "lock" || timeoutKind(cause ?? error) === "statement";
      throw mayWait && waited ? stillRunning() : error;
    });
  if (mayWait) await tx.resetTimeouts();
  return new Set(rows.map(({ key_id, operation, key_hash }) => idOf(key_id, operation, key_hash)));
}

/** Gives up the claims of calls that were refused or deferred, as if they had never come. */
export function releaseKeys(tx: Tx, calls: readonly Call<unknown>[]): Promise<void> {
  return deleteClaims(tx, calls.flatMap(claimsOf));
}

async function deleteClaims(tx: Tx, claims: readonly Claim<unknown>[]): Promise<void> {
  if (claims.length > 0) await tx.row(release, placesOf(claims));
}

/** Stores the responses of calls with an Idempotency-Key; `id` is what each was about. */
export async function storeResponses(
  tx: Tx,
  ended: readonly { ctx: RequestContext; response: object; id: number }[],
): Promise<void> {
  const claims = ended.flatMap(claimsOf);
  if (claims.length === 0) return;
  await tx.row(store, [
    ...placesOf(claims),
    claims.map(({ call }) => JSON.stringify(call.response)),
    claims.map(({ call: { ctx, response, id } }) => `{${customersIn(ctx, { ...response, id }).join()}}`),
  ]);
}

/** Every customer a response speaks of, so that a purge of one finds it. */
function customersIn(ctx: RequestContext, response: object): number[] {
  const found = new Set<number>();
  const visit = (value: unknown, key: string): void => {
    if (typeof value === "object" && value !== null)
      for (const [name, inner] of Object.entries(value)) visit(inner, Array.isArray(value) ? key : name);
    else if (
      typeof value === "number" &&
      (key === "customer_id" || (key === "id" && ctx.entity === "customer"))
    )
      found.add(value);
  };
  visit(response, "");
  return [...found];
}

/**
 * The stored response of a call, for work that begins outside the transaction. It only spares that beginning: a duplicate
 * may still be running.
 *
 * @throws DossierError `idempotency_conflict` when the call was another one
 */
export async function findStoredResponse<T>(db: Queryable, ctx: RequestContext): Promise<T | undefined> {
  const claims = claimsOf({ ctx });
  if (claims.length === 0) return undefined;
  const rows = await db.rows<Stored>(readStored, placesOf(claims));
  for (const one of claims) {
    const row = rows.find(({ key_hash }) => key_hash.equals(one.keyHash));
    if (!row?.response && !row?.erased) continue;
    const response = responseOf(row, one);
    ctx.replayed = true;
    return response as T;
  }
  return undefined;
}

function responseOf({ fingerprint, response, erased }: Stored, hashes: IdempotencyKeyHashes): object {
  if (erased)
    throw conflict(
      "This call was done, and a customer of its response has been erased since. It is not done again, because that could bring the customer back. Use a new key to do it all the same.",
    );
  if (!fingerprint.equals(hashes.fingerprint))
    throw conflict("This Idempotency-Key was used with other fields. Use a new key for another call.");
  return response as object;
}

function stillRunning(): DossierError {
  return conflict("A call with this Idempotency-Key is still running; try again in a moment.");
}

function conflict(message: string): DossierError {
  return new DossierError("idempotency_conflict", message);
}
