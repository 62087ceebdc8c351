// The embedded PostgreSQL: starting, stopping, who may in, what it refuses. What happens when parts of it are killed
// is in embedded-crash.test.ts.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type EmbeddedPostgres, EmbeddedRefusal, startEmbedded } from "../../../src/db/embedded/embedded.ts";
import { findPackage, prepareBinaries } from "../../../src/db/embedded/binaries.ts";
import { listServers } from "../../../src/db/embedded/orphans.ts";
import { makeSocketFolder, removeSocketFolder } from "../../../src/db/embedded/socket.ts";
import {
  isRoot,
  knockAs,
  poll,
  query,
  quiet,
  servant,
  stranger,
  tryKill,
  Workshop,
} from "../../support/embedded/harness.ts";
import { quickest } from "../../support/lock-watch.ts";

const workshop = new Workshop();
const started: EmbeddedPostgres[] = [];
let golden: string;
let fixture: string;
/** A cluster for one test after the other. */
let spare: string;
/** A server that runs all the time, for tests that only look at it. */
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

/** The message of the refusal that the start must end with. */
async function refusal(dataDir: string): Promise<string> {
  const outcome = await start(dataDir).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(EmbeddedRefusal);
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
  const took = await quickest(async () => {
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
  const folder = makeSocketFolder(servant);
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

test.skipIf(!isRoot)("another account is let in neither by the folder nor by PostgreSQL", async () => {
  const { connection } = standing;
  expect(knockAs({}, connection.host, "dossier")).toMatch(/^R/);
  expect(knockAs(stranger, connection.host, "dossier")).toBe("EACCES");
  // Even the account PostgreSQL runs as, which can enter the folder: other services may share it.
  expect(knockAs(servant.identity, connection.host, "dossier")).toMatch(/^E.*C28000/s);
});

test.skipIf(!isRoot)("as root, PostgreSQL runs as an unprivileged account, without our groups", async () => {
  const { pid } = standing;
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  expect(/^Uid:\s+(.*)$/m.exec(status)?.[1]).toBe(Array(4).fill(servant.uid).join("\t"));
  expect(/^Groups:[ \t]*(.*)$/m.exec(status)?.[1]).toBe("");
});

test.skipIf(!isRoot)("the account named by the operator gets the folder, whoever had it before", async () => {
  const dataDir = workshop.dataDir(golden);
  const postgres = await startEmbedded({ dataDir, user: "nobody", log: quiet });
  started.push(postgres);
  expect(statSync(join(dataDir, "postgres", "base")).uid).toBe(stranger.uid);
  await expect(
    startEmbedded({ dataDir: workshop.dataDir(), user: "nobody-at-all", log: quiet }),
  ).rejects.toThrow(/no account nobody-at-all.*DOSSIER_DB_USER/);
});

test.skipIf(!isRoot)(
  "programs and data below a folder closed to that account work, from a copy of the programs",
  async () => {
    const closed = workshop.folder(0o700);
    const tmp = workshop.folder(0o755);
    workshop.installPackage(closed);
    const dossier = workshop.run(await workshop.bundle(closed), { dataDir: join(closed, "data"), tmp });
    const { ready, postgres } = await dossier.until((line) => line.ready ?? line.refused);
    expect(await query(ready ?? {}, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(readlinkSync(`/proc/${postgres}/exe`)).toContain(join(tmp, "dossier-postgres-"));
    dossier.kill("SIGTERM");
    await dossier.until((line) => line.stopped);
    expect(readdirSync(tmp).filter((entry) => !entry.startsWith("dossier-postgres-"))).toEqual([]);
  },
);

test.skipIf(!isRoot)(
  "a copy of the programs is used again only if it is whole and nobody else can write it",
  () => {
    const closed = workshop.installPackage(workshop.folder(0o700));
    vi.stubEnv("TMPDIR", workshop.folder(0o755));
    const { postgres } = prepareBinaries(servant, closed);
    const home = postgres.replace("/native/bin/postgres", "");
    const made = () => statSync(home).ino;
    const first = made();
    expect(prepareBinaries(servant, closed).postgres).toBe(postgres);
    expect(made()).toBe(first);
    truncateSync(join(home, "native", "share", "postgresql", "postgres.bki"), 10);
    prepareBinaries(servant, closed);
    const second = made();
    expect(second).not.toBe(first);
    chmodSync(home, 0o777);
    prepareBinaries(servant, closed);
    expect(made()).not.toBe(second);
    chownSync(home, stranger.uid, stranger.gid);
    expect(prepareBinaries(servant, closed).postgres).not.toContain(home);
    rmSync(join("/var/tmp", home.slice(home.lastIndexOf("/"))), { recursive: true, force: true });
    expect(readdirSync(tmpdir())).toHaveLength(1);
  },
);

test.skipIf(!isRoot)(
  "as an ordinary account it runs as that one, without writing to node_modules",
  async () => {
    const dataDir = workshop.dataDir();
    const folder = workshop.folder();
    const libraries = join(workshop.installPackage(folder), "native", "lib");
    const links = readdirSync(libraries, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
    for (const { name } of links) rmSync(join(libraries, name));
    chownSync(join(dataDir, ".."), stranger.uid, stranger.gid);
    const tmp = workshop.folder(0o1777);
    const dossier = workshop.run(await workshop.bundle(folder), { dataDir, ...stranger, tmp });
    const { ready, refused, postgres } = await dossier.until((line) => line.ready ?? line.refused);
    expect(refused).toBeUndefined();
    expect(statSync(`/proc/${postgres}`).uid).toBe(stranger.uid);
    expect(knockAs(stranger, ready?.host ?? "", "dossier")).toMatch(/^R/);
    dossier.kill("SIGTERM");
    await dossier.until((line) => line.stopped);
  },
);

test("a second start is refused within two seconds and names the first", async () => {
  const named = new RegExp(`process ${process.pid}, since 20..-..-..T.*DOSSIER_DATA_DIR`);
  const took = await quickest(async () => expect(await refusal(standingDir)).toMatch(named));
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
  expect(() => findPackage("win32", "x64")).toThrow(EmbeddedRefusal);
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
  const dossier = workshop.run(fixture, { dataDir, ...stranger });
  const { refused } = await dossier.until((line) => line.ready ?? line.refused);
  expect(refused).toContain(`${dataDir} cannot be used: this account may not write there`);
});

test.skipIf(!isRoot)("a full disk is refused, before and after the first start", async (context) => {
  const disk = workshop.folder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=80m", "none", disk], { stdio: "pipe" });
  } catch {
    context.skip("may not mount here");
  }
  try {
    expect(await refusal(join(disk, "new"))).toMatch(/No space for a new database.*\d+ MB are free/);
    execFileSync("cp", ["-a", golden, join(disk, "old")]);
    execFileSync("sh", ["-c", `cat /dev/zero > ${disk}/fill 2>/dev/null; true`]);
    expect(await refusal(join(disk, "old"))).toMatch(/[Nn]o space|Only 0 MB are free/);
  } finally {
    execFileSync("umount", ["-l", disk]);
  }
});

test("a start that PostgreSQL itself gives up tells the end of its log and where it is", async () => {
  const dataDir = workshop.dataDir(golden);
  truncateSync(join(dataDir, "postgres", "global", "pg_control"), 100);
  const message = await refusal(dataDir);
  expect(message).toContain(join(dataDir, "postgres.log"));
  expect(message).toMatch(/(FATAL|PANIC): .*pg_control/);
  expect(readdirSync(join(dataDir, "lock"))).toEqual([]);
});

test("the log holds no statements and no values, but tells of a crash", async () => {
  const dataDir = spare;
  const { connection } = await start(dataDir);
  await query(connection, "CREATE TABLE person (mail text UNIQUE); INSERT INTO person VALUES ('canary@one')");
  await expect(query(connection, "INSERT INTO person VALUES ('canary@one')")).rejects.toMatchObject({
    detail: expect.stringContaining("canary@one"),
  });
  await expect(query(connection, "SELECT 'canary-two' FROM nowhere")).rejects.toThrow();
  await expect(query(connection, "SELECT 'canary-three'::int")).rejects.toThrow();
  const crashed = query(connection, "SELECT pg_sleep(60), 'canary-four'").catch(() => "crashed");
  const [backend] = await poll(async () => {
    const rows = await query<{ pid: number }>(
      connection,
      "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
    );
    return rows.length > 0 && rows;
  }).then((rows) => rows || []);
  tryKill(backend?.pid ?? 0);
  expect(await crashed).toBe("crashed");
  const log = () => readFileSync(join(dataDir, "postgres.log"), "utf8");
  await poll(() => log().includes("was terminated by signal 9"));
  expect(log()).not.toContain("canary");
  expect(statSync(join(dataDir, "postgres.log")).mode & 0o777).toBe(0o600);
});

test("a log that has grown large is cut at the next start", async () => {
  const dataDir = spare;
  writeFileSync(join(dataDir, "postgres.log"), Buffer.alloc(5 * 2 ** 20, "x"));
  await start(dataDir);
  expect(statSync(join(dataDir, "postgres.log")).size).toBeLessThan(10_000);
});
