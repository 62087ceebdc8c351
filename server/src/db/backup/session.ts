/** A connection outside the pool without time limits, for statements that take as long as the data is large. */
import pg from "pg";

/** Opens a connection to the database of a pool; the caller ends it. */
export async function openLongSession(pool: pg.Pool): Promise<pg.Client> {
  const { password } = pool.options; // not enumerable there
  const client = new pg.Client({
    ...pool.options,
    ...(password === undefined ? {} : { password }),
    pipeline: false,
    query_timeout: 0,
    statement_timeout: 0,
    idle_in_transaction_session_timeout: 0,
    application_name: "dossier-backup",
  });
  // A connection string may have a timeout of its own, which counts more than these options.
  Object.assign((client as unknown as { connectionParameters: object }).connectionParameters, {
    query_timeout: 0,
  });
  client.on("error", () => undefined); // the statement that runs fails too
  await client.connect();
  await client.query(
    "SET statement_timeout = 0; SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = 0",
  );
  return client;
}
