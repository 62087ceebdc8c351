/** Connection budget: the number of connections this service may open, from the limits of server, role and database. */
import type { Db, Statement } from "./database.ts";

const selectConnectionBudget: Statement = {
  name: "session_room",
  text: `SELECT 3 * least(current_setting('max_connections')::int, nullif(rolconnlimit, -1), nullif(datconnlimit, -1)) / 5 AS room
    FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()`,
};

/**
 * Takes three fifths of what the server allows: 60 of the usual 100. The rest is for commands, backups and other
 * programs.
 */
export async function readConnectionBudget(db: Db): Promise<number> {
  const row = await db.row<{ room: number }>(selectConnectionBudget);
  if (!row) throw new Error("the database does not say how many sessions it allows");
  return row.room;
}
