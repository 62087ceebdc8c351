/**
 * Marker of an unfinished restore: a table that a restore creates before anything else and drops last. No server starts
 * on a database that has it, and the next restore begins anew.
 */
import type pg from "pg";

/** A restore that has begun and not ended. */
export interface RestoreMarker {
  /** the backup's */
  id: string;
  created_at: Date;
  /** the rows are there; what is left is to erase again what was erased since */
  is_loaded: boolean;
}

/** Reads the marker; undefined if there is no unfinished restore. */
export async function findRestoreMarker(client: pg.ClientBase | pg.Pool): Promise<RestoreMarker | undefined> {
  const { rows: found } = await client.query<{ found: boolean }>(
    "SELECT to_regclass('unfinished_restore') IS NOT NULL AS found",
  );
  if (!found[0]?.found) return undefined;
  const { rows } = await client.query<RestoreMarker>(
    "SELECT id, created_at, is_loaded FROM unfinished_restore",
  );
  return rows[0];
}

/** What is said about an unfinished restore. */
export function unfinishedText(createdAt?: Date): string {
  const which = createdAt ? `the backup of ${createdAt.toISOString()}` : "a backup";
  return `The restore of ${which} is running or was interrupted, and not everything is there. Run \`dossier restore\` again with the same backup.`;
}

/** Sets the marker. */
export async function createRestoreMarker(
  client: pg.ClientBase,
  id: string,
  createdAt: string,
): Promise<void> {
  await client.query(
    `CREATE TABLE unfinished_restore (id text NOT NULL, created_at timestamptz NOT NULL, is_loaded boolean NOT NULL DEFAULT false)`,
  );
  await client.query("INSERT INTO unfinished_restore (id, created_at) VALUES ($1, $2)", [id, createdAt]);
}
