// `dossier backup` and `restore` as an operator runs them: beside a running server and on a stopped folder, to a stream,
// to a PostgreSQL of one's own and back, killed at any moment, and on schedule.
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@dossier/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmptyDatabase, onDatabase } from "../../support/backup/backups.ts";
import { bundle, emptyFolder, plainEnvironment, run, runJson } from "../../support/run-cli.ts";
import { poll } from "../../support/embedded/harness.ts";

const cwd = emptyFolder();
const key = "backup-administrator-key-0123456789";
const passphrase = ["--passphrase-file", join(cwd, "passphrase")];
writeFileSync(join(cwd, "passphrase"), "correct horse battery staple\n");
const started: ChildProcess[] = [];
let url = "";

async function serve(more: Record<string, string> = {}): Promise<{ child: ChildProcess; url: string }> {
  let said = "";
  const env = plainEnvironment({ PORT: "0", LOG_LEVEL: "warn", DOSSIER_ADMIN_KEY: key, ...more });
  const child = spawn(process.execPath, [bundle, "serve"], { cwd, env, stdio: ["ignore", "pipe", "ignore"] });
  started.push(child);
  child.stdout.on("data", (part: Buffer) => (said += part.toString()));
  for (let tries = 0; !said.includes("is ready") && child.exitCode === null && tries < 8; tries += 1)
    await poll(() => said.includes("is ready") || child.exitCode !== null).catch(() => undefined);
  return { child, url: /http:\/\/[0-9.:]+/.exec(said)?.[0] ?? "" };
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  await ended;
}

beforeAll(async () => {
  ({ url } = await serve());
  await run(["seed"], { cwd });
}, 300_000);
afterAll(async () => {
  for (const child of started) if (child.exitCode === null) await stop(child);
});

const clientOf = (server: string) => createClient({ url: server, key }).raw;

/** A backup of the server, and how many customers it must have. */
async function backUp(name: string): Promise<string> {
  const file = join(cwd, name);
  const made = await run(["backup", file, ...passphrase], { cwd });
  expect(made, made.stderr).toMatchObject({ code: 0 });
  expect(made.stdout).toMatch(/rows in \d+ tables of .* UTC, .*B, verified, in/);
  return file;
}

const noLog = "--without-erasure-log";
const customersIn = async (dataDir: string) =>
  (await runJson(["call", "customer.list", "--data-dir", dataDir], { cwd })).itemTotal;

test("a running server is backed up, checked, and restored into a new folder with its secret", async () => {
  const file = await backUp("one.backup");
  const checked = await runJson(["backup", "--verify", file], { cwd });
  expect(checked).toMatchObject({ has_secret: true });
  const restored = await run(["restore", file, ...passphrase, noLog, "--data-dir", "one"], { cwd });
  expect(restored, restored.stderr).toMatchObject({ code: 0 });
  const secrets = ["dossier-data", "one"].map((name) => readFileSync(join(cwd, name, "secret"), "utf8"));
  expect(secrets[0]).toBe(secrets[1]);
  expect(await customersIn("one")).toBe((await clientOf(url).customer.list({})).itemTotal);
  const again = await run(["restore", file, ...passphrase, noLog, "--data-dir", "one"], { cwd });
  expect(again.stderr).toContain("The database is not empty");
});

test("a backup or a restore is refused unless the caller says what it is to lack", async () => {
  const file = await backUp("lacks.backup");
  for (const [words, text] of [
    [["backup", "x.backup"], "--without-secret"],
    [["backup", file, ...passphrase], "is there already"],
    [["restore", file, "--data-dir", "x"], "is sealed"],
    [["restore", file, ...passphrase, "--data-dir", "x"], "No erasure log is found"],
    [["restore", file, ...passphrase, noLog], "is in use by process"],
    [["restore", join(cwd, "none"), noLog], "cannot be read (ENOENT)"],
  ] as const) {
    const ran = await run(words, { cwd });
    expect(ran.code, words.join(" ")).not.toBe(0);
    expect(ran.stderr).toContain(text);
  }
  expect(existsSync(join(cwd, "x"))).toBe(false);
});

test("a backup moves to a PostgreSQL of one's own and back, by a stream too, and erases again", async () => {
  const { id } = await clientOf(url).customer.create({ brandId: 1, firstname: "Gundula" });
  const file = await backUp("move.backup");
  await clientOf(url).customer.purge({ id });
  const log = join(cwd, "dossier-data", "backups", "erasures.jsonl");
  const own = await createEmptyDatabase();
  const env = { DATABASE_URL: own.url };
  const words = [...passphrase, "--erasure-log", log, "--secret-out", join(cwd, "secret-out")];
  const moved = await run(["restore", file, ...words], { cwd, env });
  expect(moved, moved.stderr).toMatchObject({ code: 0 });
  expect(moved.stdout).toContain("Erased again: 1 customer, and 0 keys revoked.");
  const ownEnv = { ...env, DOSSIER_SECRET_FILE: join(cwd, "secret-out") };
  const doctor = await run(["doctor", "--json"], { cwd, env: ownEnv });
  const { findings } = JSON.parse(doctor.stdout) as { findings: { subject: string; level: string }[] };
  expect(findings).toContainEqual(expect.objectContaining({ subject: "sealed secrets", level: "ok" }));
  const stream = spawn(
    "/bin/sh",
    [
      "-c",
      `DATABASE_URL='${own.url}' DOSSIER_SECRET_FILE=secret-out '${process.execPath}' '${bundle}' backup - --without-secret |
        DOSSIER_SECRET_FILE=secret-out '${process.execPath}' '${bundle}' restore - --data-dir back ${noLog}`,
    ],
    { cwd, env: plainEnvironment(), stdio: "ignore" },
  );
  expect(await new Promise((done) => stream.once("exit", done))).toBe(0);
  const counts = await onDatabase(own.connection, (client) =>
    client.query<{ n: number }>("SELECT count(*)::int AS n FROM customer"),
  );
  const back = await run(["call", "customer.list", "--data-dir", "back", "--json"], { cwd });
  expect(readFileSync(join(cwd, "back", "secret"), "utf8")).toBe(
    readFileSync(join(cwd, "secret-out"), "utf8"),
  );
  expect(JSON.parse(back.stdout)).toMatchObject({ itemTotal: counts.rows[0]?.n });
});

/** Runs a command and kills it after a while, unless it has ended. Returns whether it was killed. */
async function killAfter(words: readonly string[], milliseconds: number): Promise<boolean> {
  const child = spawn(process.execPath, [bundle, ...words], {
    cwd,
    env: plainEnvironment(),
    stdio: "ignore",
  });
  const ended = new Promise<NodeJS.Signals | null>((done) =>
    child.once("exit", (_code, signal) => done(signal)),
  );
  await Promise.race([ended, pause(milliseconds)]);
  child.kill("SIGKILL");
  return (await ended) === "SIGKILL";
}

test("a backup that is killed leaves no file of its name, or a whole one", async () => {
  const startedAt = Date.now();
  await backUp("timed.backup");
  const whole = Date.now() - startedAt;
  for (let round = 0; round < 6; round += 1) {
    const file = join(cwd, `killed-${round}.backup`);
    await killAfter(["backup", file, ...passphrase], randomInt(whole));
    if (existsSync(file)) expect(await run(["backup", "--verify", file], { cwd })).toMatchObject({ code: 0 });
  }
  await backUp("killed-then-whole.backup");
});

test("a restore that is killed is told as unfinished by the server, and is begun anew", async () => {
  const file = await backUp("kill.backup");
  const customers = (await clientOf(url).customer.list({})).itemTotal;
  const startedAt = Date.now();
  await run(["restore", file, ...passphrase, noLog, "--data-dir", "timed"], { cwd });
  const whole = Date.now() - startedAt;
  let killed = 0;
  for (let round = 0; round < 4; round += 1) {
    const dataDir = mkdtempSync(join(cwd, "killed-"));
    const words = ["restore", file, ...passphrase, noLog, "--data-dir", dataDir];
    if (!(await killAfter(words, (whole * (round + 0.5)) / 4))) continue;
    if (readdirSync(dataDir).length === 0) continue; // it had not begun
    const found = await run(["call", "customer.list", "--data-dir", dataDir, "--json"], { cwd });
    if (found.code !== 0) {
      killed += 1;
      expect(found.stderr).toContain("Run `dossier restore` again with the same backup");
      const again = await run(words, { cwd });
      expect(again, again.stderr).toMatchObject({ code: 0 });
    }
    expect(await customersIn(dataDir)).toBe(customers);
    rmSync(dataDir, { recursive: true });
  }
  expect(killed).toBeGreaterThan(0);
});

test("no server starts in a folder whose restore was interrupted before there was a database", async () => {
  const dataDir = mkdtempSync(join(cwd, "begun-"));
  writeFileSync(join(dataDir, "restore-unfinished"), "");
  const refused = await run(["serve"], { cwd, env: { PORT: "0", DOSSIER_DATA_DIR: dataDir } });
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toContain("Run `dossier restore` again with the same backup");
});

test("the schedule makes backups, and doctor and metrics show them", async () => {
  const dataDir = join(cwd, "scheduled");
  const env = { DOSSIER_DATA_DIR: dataDir, DOSSIER_BACKUP_EVERY: "24h" };
  const server = await serve({ ...env, DOSSIER_BACKUP_PASSPHRASE_FILE: join(cwd, "passphrase") });
  const files = () => readdirSync(join(dataDir, "backups")).filter((name) => name.endsWith(".backup"));
  for (let tries = 0; files().length === 0 && tries < 8; tries += 1)
    await poll(() => files().length > 0).catch(() => undefined);
  const [name = ""] = files();
  const path = join(dataDir, "backups", name);
  expect(await runJson(["backup", "--verify", path], { cwd })).toMatchObject({ has_secret: true });
  const metrics = await fetch(`${server.url}/metrics`, { headers: { apiKey: key } });
  expect(await metrics.text()).toMatch(/^dossier_backup_last_success_timestamp_seconds \d+$/m);
  const { findings } = JSON.parse((await run(["doctor", "--json"], { cwd, env })).stdout) as {
    findings: { subject: string; found: string }[];
  };
  expect(findings.find(({ subject }) => subject === "backups")?.found).toContain(`1 in ${dataDir}`);
  await stop(server.child);
});
