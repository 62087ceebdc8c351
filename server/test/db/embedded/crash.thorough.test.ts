// The embedded PostgreSQL when it, Dossier, or parts of either are killed, and with many concurrent starts.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  startEmbedded,
} from "../../../src/db/embedded/embedded.ts";
import { readHostId, readProcess } from "../../../src/db/embedded/process-identity.ts";
import { listServers } from "../../../src/db/embedded/orphans.ts";
import {
  type Dossier,
  isRoot,
  poll,
  query,
  quiet,
  postgresAccount,
  tryKill,
  EmbeddedHarness,
} from "../../support/embedded/harness.ts";
import { fastestOfThree } from "../../support/lock-watch.ts";

const workshop = new EmbeddedHarness();
const started: EmbeddedPostgres[] = [];
const sleepers: ChildProcess[] = [];
const isLinux = process.platform === "linux";
let golden: string;
/** A cluster that the tests reuse. */
let spare: string;
let fixture: string;

beforeAll(async () => {
  golden = workshop.dataDir();
  await (await startEmbedded({ dataDir: golden, log: quiet })).stop();
  const folder = workshop.folder();
  workshop.linkPackage(folder);
  fixture = await workshop.bundle(folder);
  spare = workshop.dataDir(golden);
}, 60_000);

afterEach(async () => {
  for (const postgres of started.splice(0)) await postgres.stop();
  for (const sleeper of sleepers.splice(0)) sleeper.kill("SIGKILL");
});

afterAll(() => workshop.close());

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbedded({ dataDir, log: quiet });
  started.push(postgres);
  return postgres;
}

const servers = (dataDir: string) => listServers(join(dataDir, "postgres"));

/** A Dossier that writes, after 200 acknowledged rows. */
async function writing(dataDir: string): Promise<{ dossier: Dossier; postmaster: number; host: string }> {
  const dossier = workshop.run(fixture, { dataDir, mode: "write" });
  const { ready, postgres } = await dossier.until((line) => line.ready);
  await poll(() => dossier.lines.filter((line) => line.ack !== undefined).length > 200);
  return { dossier, postmaster: postgres ?? 0, host: ready?.host ?? "" };
}

async function lostRows(connection: object, dossier: Dossier): Promise<number[]> {
  const rows = await query<{ n: number }>(connection, "SELECT n FROM written");
  const there = new Set(rows.map(({ n }) => n));
  return dossier.lines.flatMap(({ ack }) => (ack === undefined || there.has(ack) ? [] : ack));
}

test.each([
  ["Dossier", () => []],
  ["Dossier and the postmaster", (_: string, postmaster: number) => [postmaster]],
  ["Dossier and every PostgreSQL process", (dataDir: string) => servers(dataDir)],
])("after kill -9 of %s the next start has every acknowledged row", async (_, victims) => {
  const dataDir = workshop.dataDir(golden);
  const { dossier, postmaster, host } = await writing(dataDir);
  dossier.kill("SIGKILL");
  for (const pid of victims(dataDir, postmaster)) tryKill(pid);
  await dossier.ended;
  const { connection, pid } = await start(dataDir);
  expect(await lostRows(connection, dossier)).toEqual([]);
  expect(dossier.lines.length).toBeGreaterThan(200);
  expect(pid).not.toBe(postmaster);
  expect(servers(dataDir)).not.toContain(postmaster);
  expect(existsSync(host)).toBe(false);
});

test.each([
  ["the postmaster", (_: string, postmaster: number) => [postmaster]],
  ["every process", (dataDir: string) => servers(dataDir)],
])("when %s of PostgreSQL is killed under a living Dossier, it is started again", async (_, victims) => {
  const dataDir = workshop.dataDir(golden);
  const postgres = await start(dataDir);
  await query(postgres.connection, "CREATE TABLE kept AS SELECT 7 AS n");
  for (let round = 0; round < 2; round++) {
    const { pid = 0 } = postgres;
    for (const victim of victims(dataDir, pid)) tryKill(victim);
    await poll(() => !postgres.running);
    expect(postgres.pid).toBeUndefined();
    await poll(() => postgres.running);
    expect(postgres.pid).not.toBe(pid);
    expect(await query(postgres.connection, "SELECT n FROM kept")).toEqual([{ n: 7 }]);
    expect(postgres.restarts).toBe(round + 1);
  }
});

test("stop while PostgreSQL is being restarted leaves nothing", async () => {
  const dataDir = workshop.dataDir(golden);
  const postgres = await start(dataDir);
  tryKill(postgres.pid ?? 0);
  await poll(() => !postgres.running);
  await postgres.stop();
  expect(servers(dataDir)).toEqual([]);
  expect(readdirSync(join(dataDir, "lock"))).toEqual([]);
});

test("a kill in the middle of making the cluster leaves nothing half made", async () => {
  const dataDir = workshop.dataDir();
  const dossier = workshop.run(fixture, { dataDir });
  const partials = () =>
    (existsSync(dataDir) ? readdirSync(dataDir) : []).filter((name) => name.includes("partial"));
  await poll(() => partials().some((name) => existsSync(join(dataDir, name, "PG_VERSION"))));
  dossier.kill("SIGKILL");
  await dossier.ended;
  const left = partials();
  expect(left).toHaveLength(1);
  expect(existsSync(join(dataDir, "postgres"))).toBe(false);
  const { connection } = await start(dataDir);
  expect(await query(connection, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  expect(partials()).toEqual([]);
  expect(listServers(join(dataDir, left[0] ?? ""))).toEqual([]);
});

test("of eight starts at once over a stale lock and an orphan, exactly one wins", async () => {
  const dataDir = workshop.dataDir(golden);
  const { dossier: dead } = await writing(dataDir);
  dead.kill("SIGKILL");
  await dead.ended;
  expect(readdirSync(join(dataDir, "lock"))).toHaveLength(1);
  const dossiers = Array.from({ length: 8 }, () => workshop.run(fixture, { dataDir }));
  const outcomes = await Promise.all(
    dossiers.map((dossier) => dossier.until((line) => line.ready ?? line.refused)),
  );
  const winner = dossiers[outcomes.findIndex((line) => line.ready)];
  expect(outcomes.filter((line) => line.ready)).toHaveLength(1);
  expect(outcomes.filter((line) => line.refused?.includes(`process ${winner?.pid},`))).not.toHaveLength(0);
  expect(await lostRows(outcomes.find((line) => line.ready)?.ready ?? {}, dead)).toEqual([]);
  winner?.kill("SIGTERM");
  await winner?.until((line) => line.stopped);
});

/** A claim on the folder as left by a Dossier started in 2023. */
function plantClaim(
  dataDir: string,
  pid: number,
  mark = readProcess(pid)?.startTime ?? "",
  { place = readHostId(), since = "001700000000000", state = "holding " } = {},
): string {
  mkdirSync(join(dataDir, "lock"), { recursive: true });
  const path = join(dataDir, "lock", `${since}-${pid}-${mark}-${place}`);
  writeFileSync(path, `${state}\n`);
  return path;
}

/** `sh` abandons its child and becomes a program that never reaps: the child stays a zombie. */
async function makeZombie(): Promise<number> {
  const parent = spawn("sh", ["-c", "sleep 0.05 & echo $!; exec sleep 60"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  sleepers.push(parent);
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once("data", (text) => resolve(Number(text))),
  );
  await poll(() => /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1")));
  return pid;
}

test.skipIf(!isLinux)(
  "a lock whose process id was given to another program, or is a zombie's, does not count",
  async () => {
    const dataDir = spare;
    plantClaim(dataDir, process.pid, "1");
    const zombie = await makeZombie();
    const stat = readFileSync(`/proc/${zombie}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
    plantClaim(dataDir, zombie, stat[19]);
    await start(dataDir);
    expect(readdirSync(join(dataDir, "lock"))).toHaveLength(1);
  },
);

test("a lock of a living process counts", async () => {
  const dataDir = spare;
  const claim = plantClaim(dataDir, process.ppid);
  await expect(start(dataDir)).rejects.toThrow(`process ${process.ppid}, since 2023-11-14`);
  rmSync(claim);
});

test("the holder of the folder keeps it, even if by the clock another process came first", async () => {
  const dataDir = spare;
  const claim = plantClaim(dataDir, process.ppid, undefined, { since: "008000000000000" });
  const told = `process ${process.ppid}, since 2223-`;
  expect(await fastestOfThree(() => expect(start(dataDir)).rejects.toThrow(told))).toBeLessThan(2_000);
  rmSync(claim);
});

test("of two that are starting, the later one withdraws at once and the earlier one waits for that", async () => {
  const dataDir = spare;
  const earlier = plantClaim(dataDir, process.ppid, undefined, { state: "starting" });
  const told = `process ${process.ppid}, since 2023-11-14`;
  expect(await fastestOfThree(() => expect(start(dataDir)).rejects.toThrow(told))).toBeLessThan(2_000);
  rmSync(earlier);
  const later = plantClaim(dataDir, process.ppid, undefined, { since: "008000000000000", state: "starting" });
  let withdrawn = false;
  setTimeout(() => {
    withdrawn = true;
    rmSync(later);
  }, 300);
  await start(dataDir);
  expect(withdrawn).toBe(true);
});

test("a lock from another container counts while it is being written, and not once it is silent", async () => {
  const dataDir = spare;
  const path = plantClaim(dataDir, 1, "1", { place: "elsewhere" });
  const beat = setInterval(() => writeFileSync(path, "holding \n"), 500);
  await expect(start(dataDir).finally(() => clearInterval(beat))).rejects.toThrow(EmbeddedPostgresError);
  utimesSync(path, new Date(Date.now() - 11_000), new Date(Date.now() - 11_000));
  await start(dataDir);
});

test.skipIf(!isLinux)(
  "a pid file of PostgreSQL that names a zombie, or somebody else's process, does not block",
  async () => {
    const dataDir = spare;
    const sleeper = spawn("sleep", ["60"], { ...(isRoot ? postgresAccount.identity : {}), stdio: "ignore" });
    sleepers.push(sleeper);
    for (const pid of [await makeZombie(), sleeper.pid]) {
      writeFileSync(
        join(dataDir, "postgres", "postmaster.pid"),
        `${pid}\n/proc/self/cwd\n1700000000\n5432\n`,
      );
      await (await start(dataDir)).stop();
    }
    expect(sleeper.exitCode ?? sleeper.signalCode).toBeNull();
  },
);

test("Ctrl-C reaches Dossier and not PostgreSQL, so that it can answer what is under way", async () => {
  const dataDir = spare;
  const dossier = workshop.run(fixture, { dataDir });
  const { postgres } = await dossier.until((line) => line.ready);
  process.kill(-dossier.pid, "SIGINT"); // the whole process group, as a terminal does
  expect(await dossier.until((line) => line.drained)).toEqual({ drained: [{ one: 1 }], postgres });
  await dossier.ended;
  await poll(() => servers(dataDir).length === 0); // a child that the kernel has not taken down yet may be seen
});

test("a Dossier that exits without stopping takes PostgreSQL with it", async () => {
  const dataDir = spare;
  const dossier = workshop.run(fixture, { dataDir, mode: "exit" });
  await dossier.until((line) => line.ready);
  await dossier.ended;
  await poll(() => servers(dataDir).length === 0);
  await start(dataDir);
});
