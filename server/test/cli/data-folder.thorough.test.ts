// The command line on a data folder: with a running server, with it stopped, without a folder, and with a PostgreSQL of
// one's own. Commands beside a running server respond at once.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@dossier/api";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";
import { bundle, emptyFolder, plainEnvironment, run, runJson } from "../support/run-cli.ts";
import { poll } from "../support/embedded/harness.ts";

const cwd = emptyFolder();
const dataDir = join(cwd, "dossier-data");
let server: ChildProcess | undefined;
let said = "";

afterAll(() => void server?.kill("SIGKILL"));

async function startServer(): Promise<void> {
  said = "";
  server = spawn(process.execPath, [bundle, "serve"], {
    cwd,
    env: plainEnvironment({ PORT: "0", LOG_LEVEL: "warn" }),
    stdio: ["ignore", "pipe", "inherit"],
  });
  server.stdout?.on("data", (part: Buffer) => (said += part.toString()));
  for (let tries = 0; !said.includes("is ready") && tries < 8; tries += 1)
    await poll(() => said.includes("is ready")).catch(() => undefined);
}

async function stopServer(): Promise<void> {
  const ended = new Promise((done) => server?.once("exit", done));
  server?.kill("SIGTERM");
  await ended;
  server = undefined;
}

interface Told {
  ok: boolean;
  findings: { level: string; subject: string; found: string }[];
}

async function examine(around: Parameters<typeof run>[1]): Promise<Told & { code: number | null }> {
  const { code, stdout } = await run(["doctor", "--json"], around);
  return { code, ...(JSON.parse(stdout) as Told) };
}

test("without data there is nothing to ask, and the doctor says that a start makes it", async () => {
  expect(await run(["status"], { cwd })).toMatchObject({ code: 3 });
  for (const words of [["key", "list"], ["call", "brand.list"], ["migrate"], ["seed"]]) {
    const ran = await run(words, { cwd });
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toContain(`There is no data in ${dataDir}`);
  }
  expect(await examine({ cwd })).toMatchObject({ code: 0, ok: true });
  expect(existsSync(dataDir)).toBe(false);
});

describe("beside a running server", () => {
  beforeAll(startServer, 300_000);
  afterAll(stopServer);

  test("its status has its address, and what it holds", async () => {
    const [url] = /http:\/\/[0-9.:]+/.exec(said) ?? [];
    const told = await runJson(["status"], { cwd });
    expect(told).toMatchObject({ state: "ready", url, data: dataDir, process: server?.pid });
    expect(told).toMatchObject({ brands: 1, customers: 0, tickets: 0 });
  });

  test("a key made there works at the server, and what is done there it shows", async () => {
    const made = await run(["key", "create", "till", "--permission", "all"], { cwd });
    const client = createClient({ url: /http:\/\/[0-9.:]+/.exec(said)![0], key: made.stdout.trim() }).raw;
    const { id } = await runJson(["call", "customer.create", "--brand-id", "1", "--firstname", "Ada"], {
      cwd,
    });
    expect((await client.customer.find({ id: Number(id) })).item.firstname).toBe("Ada");
    await run(["key", "revoke", "2", "--yes"], { cwd });
    await poll(() =>
      client.brand.list({}).then(
        () => false,
        () => true,
      ),
    ); // within a second
  });

  test("the doctor finds nothing wrong, and names the process", async () => {
    const told = await examine({ cwd });
    expect(told.findings.filter(({ level }) => level === "wrong")).toEqual([]);
    expect(told.findings.find(({ subject }) => subject === "server")?.found).toContain(
      `process ${server?.pid}`,
    );
    const subjects = told.findings.map(({ subject }) => subject);
    for (const one of [
      "data",
      "owner",
      "space",
      "database",
      "encoding",
      "letters",
      "pg_trgm",
      "durability",
      "migrations",
      "clock",
    ])
      expect(subjects).toContain(one);
  });

  test("there is nothing to migrate", async () => {
    expect(await run(["migrate"], { cwd })).toMatchObject({ code: 0 });
  });
});

describe("on a stopped folder", () => {
  test("it is told as stopped, and nothing is started for that", async () => {
    const ran = await run(["status", "--json"], { cwd });
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.stdout)).toEqual({ state: "stopped", data: dataDir });
  });

  test("a command opens it, has the folder to itself, and leaves nothing running", async () => {
    const other = emptyFolder();
    const [one, two] = await Promise.all([
      runJson(["call", "customer.list", "--data-dir", dataDir], { cwd: other }),
      runJson(["call", "customer.list"], { cwd: other, env: { DOSSIER_DATA_DIR: dataDir } }),
    ]);
    expect([one.itemTotal, two.itemTotal]).toEqual([1, 1]);
    expect(existsSync(join(dataDir, "dossier.json"))).toBe(false);
    expect(existsSync(join(dataDir, "postgres", "postmaster.pid"))).toBe(false);
  });

  test("the doctor looks into it, and the demo world is planted once", async () => {
    expect(await examine({ cwd })).toMatchObject({ code: 0, ok: true });
    expect(await runJson(["seed"], { cwd })).toMatchObject({ planted: { customers: expect.any(Number) } });
    expect(await runJson(["seed"], { cwd })).toMatchObject({ planted: null });
    expect(await run(["migrate"], { cwd })).toMatchObject({
      code: 0,
      stdout: "The database is up to date.\n",
    });
  });
});

test("a PostgreSQL of one's own is asked, judged, and refused when it is of another release", async () => {
  const database = await createTestDatabase();
  const env = { DATABASE_URL: database.url, DOSSIER_SECRET: "ab".repeat(32), PORT: "9" };
  expect(await runJson(["call", "brand.list"], { env })).toMatchObject({ itemTotal: 1 });
  expect(await run(["migrate"], { env })).toMatchObject({ code: 0 });
  expect(await run(["status"], { env })).toMatchObject({ code: 3 });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("INSERT INTO schema_migration (name, hash) VALUES ('9999_later.sql', 'x')");
  await client.end();
  const { code, findings } = await examine({ env });
  const wrong = findings.filter(({ level }) => level === "wrong").map(({ subject }) => subject);
  expect([code, wrong]).toEqual([1, expect.arrayContaining(["migrations"])]);
  const refused = await run(["call", "brand.list"], { env });
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain("9999_later.sql");
});

test("settings that cannot be used are all told, and a database that does not answer is 3", async () => {
  const bad = await examine({ env: { HOST: "0.0.0.0", PORT: "x" } });
  expect(bad.code).toBe(1);
  expect(bad.findings.filter(({ subject }) => subject === "settings")).toHaveLength(2);
  const env = { DATABASE_URL: "postgres://u@127.0.0.1:9/d", DOSSIER_SECRET: "ab".repeat(32) };
  expect(await run(["call", "brand.list"], { env })).toMatchObject({ code: 3 });
  expect(await examine({ env })).toMatchObject({ code: 1 });
});

test("the README's commands are commands", async () => {
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
  const lines = [...readme.matchAll(/^npm run -s dossier -- ([^>\n]+)/gm)].map(([, words = ""]) =>
    words.trim(),
  );
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines)
    expect(await run([...line.split(" "), "--help"])).toMatchObject({ code: 0, stderr: "" });
});
