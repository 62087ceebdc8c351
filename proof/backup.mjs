// Backups under load: `node proof/backup.mjs [customers before, default 5000] [kills, default 20] [seed]`. 500 writes a
// second create customers and events while the server is backed up; the restored database must equal, row for row, the
// state in which the backup's snapshot was taken. Then backups and restores are killed at random: no half one may be taken
// for a whole one. People purged and keys revoked after the backup must stay gone, and no id may be given twice. Loopback
// only; terminates.
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { quantiles } from "./support/clients.mjs";
import { personOf, root, seedBrand, startServer } from "./support/server.mjs";

const customers = Number(process.argv[2] ?? 5000);
const kills = Number(process.argv[3] ?? 20);
const seed = Number(process.argv[4] ?? randomInt(2 ** 31));
const writesPerSecond = 500;
const folder = mkdtempSync(join(tmpdir(), "dossier-proof-backup-"));
const results = { passed: 0, failed: 0 };
let random = seed;

function below(limit) {
  random = (random * 1103515245 + 12345) % 2 ** 31;
  return random % Math.max(1, Math.round(limit));
}

function check(isRight, what) {
  results[isRight ? "passed" : "failed"] += 1;
  if (!isRight) console.log(`FAILED: ${what}`);
}

const bundle = join(root, "dist", "server.js");
const passphrase = ["--passphrase-file", join(folder, "passphrase")];
writeFileSync(join(folder, "passphrase"), "the passphrase of a proof\n");

/** Runs a command; `killAfter` milliseconds it is killed, unless it has ended. */
function run(words, killAfter) {
  const { DATABASE_URL: _url, ...env } = process.env;
  const child = spawn(process.execPath, [bundle, ...words], { env: { ...env, INIT_CWD: folder } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output += part));
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter);
  const begun = performance.now();
  return new Promise((done) =>
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, output, seconds: (performance.now() - begun) / 1000 });
    }),
  );
}

async function connect(dataDir) {
  const {
    socketFolder: host,
    port,
    user,
    database,
  } = JSON.parse(readFileSync(join(dataDir, "dossier.json"), "utf8"));
  const client = new pg.Client({ host, port, user, database });
  await client.connect();
  return client;
}

// Not in a backup; and the clock of the feed of changes, which a restore sets by the transaction ids of its own database.
const tablesLeftOut = ["session", "heartbeat", "disk_probe", "change_clock"];

/** A line for each table: rows and a sum of their content. */
async function fingerprint(client) {
  const { rows: tables } = await client.query(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL ($1) ORDER BY 1",
    [tablesLeftOut],
  );
  const lines = [];
  for (const { name } of tables) {
    const { rows } = await client.query(
      `SELECT count(*) AS n, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS sum FROM "${name}" t`,
    );
    lines.push(`${name} ${rows[0].n} ${rows[0].sum}`);
  }
  return lines;
}

/** Paced writers: customers, each with an event; and how long each call took. */
function startWriters({ call }, brand) {
  const state = { on: true, ids: [], times: [], refused: 0 };
  let n = customers;
  const timed = async (...request) => {
    const begun = performance.now();
    try {
      return await call(...request);
    } catch {
      state.refused += 1; // a 503 while the proof itself holds a lock
      return undefined;
    } finally {
      state.times.push(performance.now() - begun);
    }
  };
  const one = async () => {
    n += 1;
    const fields = { brand_id: brand.id, primary_id: `w-${n}`, ...personOf(n) };
    const made = await timed("POST", "/customer", fields, brand.key);
    if (!made) return;
    state.ids.push(made.id);
    await timed(
      "POST",
      "/customer/externalEvent",
      { brand_id: brand.id, external_id: `w-${n}`, message: "hello" },
      brand.key,
    );
  };
  state.ended = (async () => {
    const running = new Set();
    for (let due = performance.now(); state.on; due += 20) {
      for (let i = 0; i < writesPerSecond / 50 / 2; i += 1) {
        if (running.size >= 64) break;
        const work = one().finally(() => running.delete(work));
        running.add(work);
      }
      await wait(Math.max(0, due + 20 - performance.now()));
    }
    await Promise.all(running);
  })();
  return state;
}

/** Backs up while writers write; returns the fingerprint of the moment of its snapshot. */
async function backUpUnderLoad(dataDir, file) {
  const [locker, viewer] = [await connect(dataDir), await connect(dataDir)];
  const { rows } = await locker.query("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'");
  await locker.query("BEGIN");
  await locker.query(`LOCK TABLE ${rows.map(({ name }) => name).join(", ")} IN EXCLUSIVE MODE`);
  const running = run(["backup", file, ...passphrase, "--data-dir", dataDir]);
  const holder = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND mode = 'ShareLock'";
  for (let tries = 0; (await viewer.query(holder, [0x646f7373])).rowCount === 0; tries += 1) {
    if (tries > 3000) throw new Error("the backup does not begin");
    await wait(10);
  }
  await viewer.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await viewer.query("SELECT 1");
  await locker.query("COMMIT"); // the writers go on while the backup copies
  await locker.end();
  const made = await running;
  check(made.code === 0, `the backup: ${made.output}`);
  const expected = await fingerprint(viewer);
  await viewer.end();
  return expected;
}

const dataDir = join(folder, "source");
const serverOf = (folder) => startServer({ env: { DOSSIER_DATA_DIR: folder } });
const server = await serverOf(dataDir);
const brand = await seedBrand(server, "proof", customers);
const revoked = await server.call("POST", "/apikey", { name: "revoked", permissions: ["CUSTOMER_READ"] });
const writers = startWriters(server, brand);
await wait(5000);
const quiet = quantiles(writers.times.splice(0));
const file = join(folder, "proof.backup");
const expected = await backUpUnderLoad(dataDir, file);
await wait(2000);
writers.times.splice(0); // those that waited for the proof's own lock
writers.refused = 0;
const timed = await run(["backup", join(folder, "timed.backup"), ...passphrase, "--data-dir", dataDir]);
check(timed.code === 0, `the second backup: ${timed.output}`);
const during = quantiles(writers.times.splice(0));
const { seconds } = timed;
const { refused } = writers;
const purged = brand.ids.slice(0, 20);
for (const id of purged) await server.call("DELETE", `/customer/purgeData/${id}`);
await server.call("DELETE", `/apikey/${revoked.id}`);
writers.on = false;
await writers.ended;
const given = Math.max(...writers.ids);

const log = ["--erasure-log", join(dataDir, "backups", "erasures.jsonl")];
const plain = join(folder, "plain");
const restored = await run(["restore", file, ...passphrase, "--without-erasure-log", "--data-dir", plain]);
check(restored.code === 0, `the restore: ${restored.output}`);
const copy = await serverOf(plain);
const client = await connect(plain);
const nameOf = (line) => line.split(" ")[0];
const found = new Map((await fingerprint(client)).map((line) => [nameOf(line), line]));
await client.end();
await copy.stop();
const differing = expected.filter((line) => found.get(nameOf(line)) !== line);
check(differing.length === 0, `other rows than the snapshot: ${differing.join("; ")}`);

const erased = join(folder, "erased");
const again = await run(["restore", file, ...passphrase, ...log, "--data-dir", erased]);
check(
  again.code === 0 && again.output.includes(`${purged.length} customers, and 1 key revoked`),
  again.output,
);
const after = await serverOf(erased);
let back = 0;
for (const id of purged) back += (await after.call("GET", `/customer/${id}`).catch(() => undefined)) ? 1 : 0;
check(back === 0, `${back} purged people are back`);
const opens = await after.call("GET", "/customer", undefined, revoked.key).then(
  () => true,
  () => false,
);
check(!opens, "a revoked key opens");
const fresh = await after.call("POST", "/customer", {
  brand_id: brand.id,
  primary_id: "new",
  firstname: "New",
});
check(fresh.id > given, `the id ${fresh.id} may have been given before`);
await after.stop();

let halves = 0;
for (let round = 0; round < kills; round += 1) {
  if (round % 2 === 0) {
    const name = join(folder, `killed-${round}`);
    await run(["backup", name, ...passphrase, "--data-dir", dataDir], below(1000 * seconds));
    if (existsSync(name) && (await run(["backup", "--verify", name])).code !== 0) halves += 1;
    continue;
  }
  const target = join(folder, `restored-${round}`);
  const words = ["restore", file, ...passphrase, "--without-erasure-log", "--data-dir", target];
  await run(words, below(1100 * restored.seconds));
  if (!existsSync(target) || readdirSync(target).length === 0) continue;
  const look = ["call", "customer.list", "--data-dir", target, "--json"];
  let seen = await run(look);
  if (seen.code !== 0) {
    if (!seen.output.includes("again with the same backup")) halves += 1;
    const repeated = await run(words);
    check(repeated.code === 0, `the repeated restore: ${repeated.output}`);
    seen = await run(look);
  }
  const total = found.get("customer")?.split(" ")[1];
  if (JSON.parse(seen.output.slice(seen.output.indexOf("{"))).itemTotal !== Number(total)) halves += 1;
  rmSync(target, { recursive: true, force: true });
}
check(halves === 0, `${halves} half results taken for whole ones`);
const size = statSync(file).size;
await server.stop();
rmSync(folder, { recursive: true, force: true });
console.log(
  `backup seed=${seed} customers=${found.get("customer")?.split(" ")[1]} backup_s=${seconds.toFixed(1)} bytes=${size} restore_s=${restored.seconds.toFixed(1)} p99_quiet_ms=${quiet.p99} p99_backup_ms=${during.p99} refused_beside=${refused} calls_beside=${during.count} kills=${kills} halves=${halves} purged_found=${back} revoked_open=${opens ? 1 : 0}`,
);
console.log(`${results.passed} passed, ${results.failed} failed`);
process.exit(results.failed === 0 ? 0 : 1);
