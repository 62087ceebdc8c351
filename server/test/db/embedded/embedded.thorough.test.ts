// The embedded PostgreSQL with other accounts, full disks and growing logs. Most of it needs root on Linux.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
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
import {
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  startEmbedded,
} from "../../../src/db/embedded/embedded.ts";
import { prepareBinaries } from "../../../src/db/embedded/binaries.ts";
import {
  isRoot,
  connectAs,
  poll,
  query,
  quiet,
  postgresAccount,
  otherAccount,
  tryKill,
  EmbeddedHarness,
} from "../../support/embedded/harness.ts";

const workshop = new EmbeddedHarness();
const started: EmbeddedPostgres[] = [];
let golden: string;
/** A cluster that the tests reuse. */
let spare: string;
/** A server that runs all the time, for tests that only read. */
let standing: EmbeddedPostgres;

beforeAll(async () => {
  golden = workshop.dataDir();
  await (await startEmbedded({ dataDir: golden, log: quiet })).stop();
  spare = workshop.dataDir(golden);
  standing = await startEmbedded({ dataDir: workshop.dataDir(golden), log: quiet });
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

test.skipIf(!isRoot)("another account is let in neither by the folder nor by PostgreSQL", async () => {
  const { connection } = standing;
  expect(connectAs({}, connection.host, "dossier")).toMatch(/^R/);
  expect(connectAs(otherAccount, connection.host, "dossier")).toBe("EACCES");
  // Even the account PostgreSQL runs as, which can enter the folder: other services may share it.
  expect(connectAs(postgresAccount.identity, connection.host, "dossier")).toMatch(/^E.*C28000/s);
});

test.skipIf(!isRoot)("as root, PostgreSQL runs as an unprivileged account, without our groups", async () => {
  const { pid } = standing;
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  expect(/^Uid:\s+(.*)$/m.exec(status)?.[1]).toBe(Array(4).fill(postgresAccount.uid).join("\t"));
  expect(/^Groups:[ \t]*(.*)$/m.exec(status)?.[1]).toBe("");
});

test.skipIf(!isRoot)(
  "the account named by the operator gets the folder, whichever account had it before",
  async () => {
    const dataDir = workshop.dataDir(golden);
    const postgres = await startEmbedded({ dataDir, user: "nobody", log: quiet });
    started.push(postgres);
    expect(statSync(join(dataDir, "postgres", "base")).uid).toBe(otherAccount.uid);
    await expect(
      startEmbedded({ dataDir: workshop.dataDir(), user: "nobody-at-all", log: quiet }),
    ).rejects.toThrow(/no account nobody-at-all.*DOSSIER_DB_USER/);
  },
);

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
    const { postgres } = prepareBinaries(postgresAccount, closed);
    const home = postgres.replace("/native/bin/postgres", "");
    const made = () => statSync(home).ino;
    const first = made();
    expect(prepareBinaries(postgresAccount, closed).postgres).toBe(postgres);
    expect(made()).toBe(first);
    truncateSync(join(home, "native", "share", "postgresql", "postgres.bki"), 10);
    prepareBinaries(postgresAccount, closed);
    const second = made();
    expect(second).not.toBe(first);
    chmodSync(home, 0o777);
    prepareBinaries(postgresAccount, closed);
    expect(made()).not.toBe(second);
    chownSync(home, otherAccount.uid, otherAccount.gid);
    expect(prepareBinaries(postgresAccount, closed).postgres).not.toContain(home);
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
    chownSync(join(dataDir, ".."), otherAccount.uid, otherAccount.gid);
    const tmp = workshop.folder(0o1777);
    const dossier = workshop.run(await workshop.bundle(folder), { dataDir, ...otherAccount, tmp });
    const { ready, refused, postgres } = await dossier.until((line) => line.ready ?? line.refused);
    expect(refused).toBeUndefined();
    expect(statSync(`/proc/${postgres}`).uid).toBe(otherAccount.uid);
    expect(connectAs(otherAccount, ready?.host ?? "", "dossier")).toMatch(/^R/);
    dossier.kill("SIGTERM");
    await dossier.until((line) => line.stopped);
  },
);

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
