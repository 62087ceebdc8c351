/** How many sessions there may be on a server: it, the role and the database each have a limit, and others want some. */
import type { Db, Statement } from "./database.ts";

const limits: Statement = {
  name: "session_room",
  text: `SELECT 3 * least(current_setting('max_connections')::int, nullif(rolconnlimit, -1), nullif(datconnlimit, -1)) / 5 AS room
    FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()`,
};

/** Three fifths of what the server allows: 60 of the usual 100. The rest is for commands, backups and whoever else comes. */
export async function findRoom(db: Db): Promise<number> {
  const found = await db.row<{ room: number }>(limits);
  if (!found) throw new Error("the database does not say how many sessions it allows");
  return found.room;
}
