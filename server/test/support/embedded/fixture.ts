// A Dossier reduced to its embedded PostgreSQL, for tests that kill it. Bundled by support/embedded/harness.ts and run by plain
// Node. Prints one JSON object a line: {ready} or {refused}, then, as `write`, {ack} for each committed row.
import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "pg";
import { EmbeddedPostgresError, startEmbedded } from "../../../src/db/embedded/embedded.ts";

const [dataDir = "", mode = "serve"] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const log = {
  info() {},
  warn: (fields: object, message: string) => say({ warn: message, ...fields }),
  error: (fields: object, message: string) => say({ error: message, ...fields }),
};

try {
  const postgres = await startEmbedded({ dataDir, log });
  process.once("SIGTERM", () => void postgres.stop().then(() => say({ stopped: true })));
  process.once("SIGINT", () => void drain(postgres));
  say({ ready: postgres.connection, pid: process.pid, postgres: postgres.pid });
  if (mode === "write") await write(postgres.connection);
  if (mode === "exit") process.exit(0);
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError)) throw error;
  say({ refused: error.message });
}

/** Like a server on Ctrl-C: it responds for a while, then stops. */
async function drain(postgres: Awaited<ReturnType<typeof startEmbedded>>): Promise<void> {
  await wait(200);
  const pool = new Pool({ ...postgres.connection, ssl: false });
  const { rows } = await pool.query("SELECT 1 AS one");
  await pool.end();
  say({ drained: rows, postgres: postgres.pid });
  await postgres.stop();
}

async function write(connection: object): Promise<never> {
  const pool = new Pool({ ...connection, ssl: false, max: 4 });
  pool.on("error", () => {});
  await pool.query("CREATE TABLE IF NOT EXISTS written (n int PRIMARY KEY)");
  let next = 0;
  const writer = async (): Promise<never> => {
    for (;;) {
      const n = next++;
      await pool.query("INSERT INTO written VALUES ($1)", [n]).then(
        () => say({ ack: n }),
        () => wait(20),
      );
    }
  };
  return Promise.race([writer(), writer(), writer(), writer()]);
}
