// Durability of the embedded database: `node proof/durability.mjs [writes, default 300]`. (1) Every acknowledged write
// has forced the log to disk: as many fsyncs of the log as writes of one serial client; a connection that commits
// asynchronously makes fewer, so the count can fail. (2) A crash image of the data files as they were at a checkpoint
// and of the log as it is after a kill replays every acknowledged write. Loopback only; terminates.
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { startServer } from "./support/server.mjs";

const writes = Number(process.argv[2] ?? 300);
const folder = mkdtempSync(join(tmpdir(), "dossier-durability-"));
const env = { DOSSIER_DATA_DIR: join(folder, "data") };
const cluster = join(folder, "data/postgres");
const image = join(folder, "image");

let server = await startServer({ env });
const session = await openSession();

/** A connection to the database itself, beside the server. */
async function openSession() {
  const { socketFolder, port, user, database, postgres } = JSON.parse(
    readFileSync(join(folder, "data/dossier.json"), "utf8"),
  );
  const client = new pg.Client({ host: socketFolder, port, user, database });
  client.on("error", () => undefined); // it ends with a kill
  await client.connect();
  return { client, postgres };
}

/**
 * Log fsyncs so far: the figures of other backends arrive with up to a second's delay, so read until they no longer
 * change.
 */
async function countSyncs() {
  let before = -1;
  for (;;) {
    await session.client.query("SELECT pg_stat_force_next_flush()");
    const { rows } = await session.client.query(
      "SELECT coalesce(sum(fsyncs), 0)::int AS syncs FROM pg_stat_io WHERE object = 'wal'",
    );
    if (rows[0].syncs === before) return before;
    before = rows[0].syncs;
    await pause(1500);
  }
}

async function write(word, count) {
  for (let n = 0; n < count; n += 1)
    await server.call("POST", "/customer", { brand_id: 1, primary_id: `${word}-${n}` });
}

await write("warm", 20);
const begun = await countSyncs();
await write("synced", writes);
const syncs = (await countSyncs()) - begun;
await session.client.query("SET synchronous_commit = off; CREATE TEMPORARY TABLE IF NOT EXISTS t (n int)");
const idle = await countSyncs();
for (let n = 0; n < writes; n += 1)
  await session.client.query("UPDATE row_count SET count = count WHERE false; SELECT txid_current()");
const asynchronous = (await countSyncs()) - idle;

await session.client.query("CHECKPOINT");
cpSync(cluster, image, { recursive: true, preserveTimestamps: true });
rmSync(join(image, "pg_wal"), { recursive: true });
rmSync(join(image, "postmaster.pid"), { force: true });
await write("after", writes);
server.kill();
process.kill(session.postgres, "SIGKILL");
await pause(1000);
renameSync(join(cluster, "pg_wal"), join(image, "pg_wal"));
rmSync(cluster, { recursive: true });
renameSync(image, cluster);

server = await startServer({ env });
let lost = 0;
for (let n = 0; n < writes; n += 1) {
  const { itemTotal } = await server.call("POST", "/customer/SearchByPrimaryExternalID", {
    primary_id: `after-${n}`,
  });
  if (itemTotal !== 1) lost += 1;
}
await server.stop();
rmSync(folder, { recursive: true, force: true });

const bars = [syncs >= writes, asynchronous < writes, lost === 0];
console.log(
  `durability writes=${writes} log_fsyncs=${syncs} control_fsyncs=${asynchronous} replayed=${writes - lost} lost=${lost}`,
);
const failed = bars.filter((held) => !held).length;
console.log(`${bars.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
