// The embedded PostgreSQL: start, stop, access, errors. Kills are in db/embedded/crash.thorough.test.ts.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import {
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  startEmbedded,
} from "../../../src/db/embedded/embedded.ts";
import { findPackage } from "../../../src/db/embedded/binaries.ts";
import { listServers } from "../../../src/db/embedded/orphans.ts";
import { makeSocketFolder, removeSocketFolder } from "../../../src/db/embedded/socket.ts";
import {
  isRoot,
  query,
  quiet,
  postgresAccount,
  otherAccount,
  EmbeddedHarness,
} from "../../support/embedded/harness.ts";
import { fastestOfThree } from "../../support/lock-watch.ts";

const workshop = new EmbeddedHarness();
const started: EmbeddedPostgres[] = [];
let golden: string;
let fixture: string;
/** A cluster that the tests reuse. */
let spare: string;
/** A server that runs all the time, for tests that only read. */
let standing: EmbeddedPostgres;
let standingDir: string;

beforeAll(async () => {
  golden = workshop.dataDir();
  await (await startEmbedded({ dataDir: golden, log: quiet })).stop();
  const folder = workshop.folder();
  workshop.linkPackage(folder);
  fixture = await workshop.bundle(folder);
  spare = workshop.dataDir(golden);
  standingDir = workshop.dataDir(golden);
  standing = await startEmbedded({ dataDir: standingDir, log: quiet });
}, 60_000);

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const postgres of started.splice(0)) await postgres.stop();
});

afterAll(async () => {
  await standing.stop();
  await workshop.close();
});

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbedded({ dataDir, log: quiet });
  started.push(postgres);
  return postgres;
}

/** The message of the expected failure of a start. */
async function refusal(dataDir: string): Promise<string> {
  const outcome = await start(dataDir).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(EmbeddedPostgresError);
  return (outcome as Error).message;
}

test("a first start makes a database that answers, with checksums, that knows letters beyond ASCII", async () => {
  const dataDir = workshop.dataDir();
  const { connection, running, pid } = await start(dataDir);
  expect(running).toBe(true);
  expect(listServers(join(dataDir, "postgres"))).toContain(pid);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  await query(connection, "CREATE EXTENSION pg_trgm");
  const [row] = await query(
    connection,
    `SELECT current_database() AS name, current_user AS role, show_trgm('я') <> '{}' AS letters, lower('ÄЯ') AS lower,
       array(SELECT x FROM unnest('{b,B,a}'::text[]) x ORDER BY x) AS sorted`,
  );
  expect(row).toEqual({
    name: "dossier",
    role: "dossier",
    letters: true,
    lower: "äя",
    sorted: ["B", "a", "b"],
  });
  const settings = await query<{ name: string; setting: string }>(
    connection,
    "SELECT name, setting FROM pg_settings WHERE name IN ('data_checksums', 'fsync', 'full_page_writes', " +
      "'synchronous_commit', 'listen_addresses', 'jit', 'TimeZone', 'server_encoding', 'random_page_cost')",
  );
  expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
    data_checksums: "on",
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    listen_addresses: "",
    jit: "off",
    TimeZone: "UTC",
    server_encoding: "UTF8",
    random_page_cost: "1.1",
  });
});

test("a restart keeps the rows and is quick", async () => {
  const dataDir = spare;
  const first = await start(dataDir);
  await query(first.connection, "CREATE TABLE kept AS SELECT 7 AS n");
  let last = first;
  const took = await fastestOfThree(async () => {
    await last.stop();
    last = await start(dataDir);
    expect(await query(last.connection, "SELECT n FROM kept")).toEqual([{ n: 7 }]);
  });
  console.log(`embedded restart_ms=${Math.round(took)}`);
  expect(took).toBeLessThan(2_000); // 150 ms on a quiet machine
});

test("stop leaves no process, no socket folder and no lock, and may be called twice", async () => {
  const dataDir = spare;
  const { stop, connection, ...postgres } = await start(dataDir).then((one) => ({
    pid: one.pid,
    connection: one.connection,
    stop: () => one.stop(),
  }));
  const idle = query(connection, "SELECT pg_sleep(60)").catch(() => "ended");
  await Promise.all([stop(), stop()]);
  await stop();
  expect(await idle).toBe("ended");
  expect(postgres.pid).toBeGreaterThan(0);
  expect(listServers(join(dataDir, "postgres"))).toEqual([]);
  expect(existsSync(connection.host)).toBe(false);
  expect(readdirSync(join(dataDir, "lock"))).toEqual([]);
  expect(existsSync(join(dataDir, "dossier.json"))).toBe(false);
});

test.skipIf(process.platform !== "linux")("no network port is open", async () => {
  const { pid } = standing;
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  const sockets = open.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
  const unix = readFileSync("/proc/net/unix", "utf8");
  expect(sockets.length).toBeGreaterThan(0);
  for (const inode of sockets) expect(unix).toContain(` ${inode}`);
});

test("the socket is in a private folder, found through dossier.json", async () => {
  const { connection, pid } = standing;
  expect(statSync(connection.host).mode & 0o777).toBe(0o700);
  expect(Buffer.byteLength(`${connection.host}/.s.PGSQL.5432`)).toBeLessThan(104);
  const record = JSON.parse(readFileSync(join(standingDir, "dossier.json"), "utf8")) as object;
  expect(record).toMatchObject({ pid: process.pid, socketFolder: connection.host, postgres: pid });
});

test("a temporary folder with too long a path is passed over", () => {
  const long = join(workshop.folder(), "x".repeat(80));
  mkdirSync(long);
  vi.stubEnv("TMPDIR", long);
  expect(tmpdir()).toBe(long);
  const folder = makeSocketFolder(postgresAccount);
  expect(folder.length).toBeLessThan(80);
  removeSocketFolder(folder);
});

test("we may only be the role dossier", async () => {
  const { connection } = standing;
  await query(connection, "CREATE ROLE postgres SUPERUSER LOGIN");
  await expect(query({ ...connection, user: "postgres" }, "SELECT 1")).rejects.toMatchObject({
    code: "28000",
  });
});

test("a second start is refused within two seconds and names the first", async () => {
  const named = new RegExp(`process ${process.pid}, since 20..-..-..T.*DOSSIER_DATA_DIR`);
  const took = await fastestOfThree(async () => expect(await refusal(standingDir)).toMatch(named));
  expect(took).toBeLessThan(2_000);
  const { refused } = await workshop
    .run(fixture, { dataDir: standingDir })
    .until((line) => line.ready ?? line.refused);
  expect(refused).toContain(`process ${process.pid}, since`);
  expect(await query(standing.connection, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("data of another PostgreSQL version is refused and left alone", async () => {
  const dataDir = workshop.dataDir(golden);
  writeFileSync(join(dataDir, "postgres", "PG_VERSION"), "17\n");
  expect(await refusal(dataDir)).toMatch(/made by PostgreSQL 17.*brings 18.*DOSSIER_DATA_DIR.*DATABASE_URL/);
  expect(readFileSync(join(dataDir, "postgres", "PG_VERSION"), "latin1")).toBe("17\n");
  rmSync(join(dataDir, "postgres", "PG_VERSION"));
  expect(await refusal(dataDir)).toMatch(/no PG_VERSION/);
});

test("a platform without packaged programs is told which ones there are, and of DATABASE_URL", () => {
  expect(() => findPackage("win32", "x64")).toThrow(EmbeddedPostgresError);
  expect(() => findPackage("win32", "x64")).toThrow(/win32-x64.*linux-x64.*darwin-arm64.*DATABASE_URL/);
});

test("a data folder that is a file, or below one, is refused by its path", async () => {
  const file = join(workshop.folder(), "file");
  writeFileSync(file, "");
  expect(await refusal(file)).toContain(`${file} cannot be used: it is a file`);
  expect(await refusal(join(file, "data"))).toContain("is a file");
});

test.skipIf(!isRoot)("a data folder that we may not write is refused by its path", async () => {
  const dataDir = workshop.folder();
  const dossier = workshop.run(fixture, { dataDir, ...otherAccount });
  const { refused } = await dossier.until((line) => line.ready ?? line.refused);
  expect(refused).toContain(`${dataDir} cannot be used: this account may not write there`);
});
