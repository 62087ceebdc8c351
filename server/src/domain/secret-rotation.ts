/**
 * Rotation of the installation secret: reseals under the current secret what is sealed under the previous one. What was
 * only signed (responses stored for retries, sessions) expires within a day of the change, and until then the previous
 * secret is needed; cursors stay valid while it is present.
 */
import type { Db, Statement } from "../db/database.ts";
import type { Secret } from "./context.ts";
import { encryptionContext as purposeOfHeaders } from "./brand/crm-headers.ts";
import { reseal, secretFingerprint } from "./encryption.ts";
import { encryptionContext as purposeOfWebhook } from "./webhook/webhook.ts";

interface SealedColumn {
  read: Statement;
  write: Statement;
  contextOf(row: SealedRow): string;
}

interface SealedRow {
  id: number;
  sealed: Buffer;
  /** where the sealed text may be sent, if it is bound to that */
  url: string;
}

/** Rows read at a time. */
const pageSize = 500;

const sealedColumns: readonly SealedColumn[] = [
  columnOf("webhook", "secret", ({ id }) => purposeOfWebhook(id)),
  columnOf("webhook", "previous_secret", ({ id }) => purposeOfWebhook(id)),
  // Headers of a brand that no longer has a CRM are for no receiver: they stay as they are, and must be sent again with
  // a URL.
  columnOf("brand", "crm_headers", ({ id, url }) => purposeOfHeaders(id, url), "crm_lookup_url"),
];

function columnOf(
  table: string,
  column: string,
  contextOf: SealedColumn["contextOf"],
  url?: string,
): SealedColumn {
  const bound = url ? `AND ${url} <> ''` : "";
  return {
    contextOf,
    read: {
      name: `rotation_read_${table}_${column}`,
      text: `SELECT id, ${column} AS sealed, ${url ?? "''"} AS url FROM ${table}
        WHERE id > $1 AND ${column} IS NOT NULL ${bound} ORDER BY id LIMIT ${pageSize}`,
    },
    // A value set meanwhile is sealed under the current secret already.
    write: {
      name: `rotation_write_${table}_${column}`,
      text: `UPDATE ${table} SET ${column} = $2 WHERE id = $1 AND ${column} = $3`,
    },
  };
}

export interface ResealCounts {
  /** resealed under the current secret; or, with `look`, to be resealed */
  resealed: number;
  /** those that open with neither secret */
  unreadable: number;
}

/** Reseals what is still sealed under the previous secret; with `look` it only counts. */
export async function resealAll(db: Db, secret: Secret, { look = false } = {}): Promise<ResealCounts> {
  const counts: ResealCounts = { resealed: 0, unreadable: 0 };
  for (const column of sealedColumns)
    for await (const row of readAll(db, column)) {
      const again = tryToReseal(secret, column.contextOf(row), row.sealed);
      if (again === "unopened") counts.unreadable += 1;
      if (!Buffer.isBuffer(again)) continue;
      counts.resealed += 1;
      if (!look) await db.rows(column.write, [row.id, again, row.sealed]);
    }
  return counts;
}

async function* readAll(db: Db, { read }: SealedColumn): AsyncGenerator<SealedRow> {
  for (let after = 0; ; ) {
    const rows = await db.rows<SealedRow>(read, [after]);
    yield* rows;
    if (rows.length < pageSize) return;
    after = rows.at(-1)?.id ?? after;
  }
}

function tryToReseal(secret: Secret, purpose: string, sealed: Buffer): Buffer | "unopened" | undefined {
  try {
    return reseal(secret, purpose, sealed);
  } catch {
    return "unopened";
  }
}

const insertSecretUse: Statement = {
  name: "secret_use_insert",
  text: "INSERT INTO secret_use (name) VALUES ($1) ON CONFLICT DO NOTHING",
};

const selectSecretUse: Statement = {
  name: "secret_use_read",
  text: `SELECT first_used_at + interval '24 hours' AS until, first_used_at + interval '24 hours' <= now() AS is_over
    FROM secret_use WHERE name = $1`,
};

/** Until when the previous secret is needed, for what was only signed with it. */
export interface RotationStatus {
  until: Date;
  is_over: boolean;
}

export async function recordSecretUse(db: Db, { current }: Secret): Promise<void> {
  await db.rows(insertSecretUse, [secretFingerprint(current)]);
}

/** The state of the rotation to the current secret; undefined if that was never in use. */
export function findRotationStatus(db: Db, { current }: Secret): Promise<RotationStatus | undefined> {
  return db.row<RotationStatus>(selectSecretUse, [secretFingerprint(current)]);
}
