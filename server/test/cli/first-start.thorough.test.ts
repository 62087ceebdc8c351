// The first start, in a terminal and in pipes: what it shows, and the life of the file with the administrator's key.
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { differenceOf } from "../../../scripts/block-output.mjs";
import { poll } from "../support/embedded/harness.ts";
import { emptyFolder, root, run } from "../support/run-cli.ts";
import { getOnce, type ServeProcess, serve } from "../support/servers/server-process.ts";
import { ctrlC, hasTerminal, openTerminal, type Terminal, urlOf } from "../support/servers/terminal.ts";

/** Starts in a terminal, makes a call with the key in the file, and returns the URL of the API. */
async function startAndCall(terminal: Terminal, keyFile: string): Promise<string> {
  for (let tries = 0; urlOf(terminal.shown()) === undefined && tries < 4; tries += 1)
    await poll(() => urlOf(terminal.shown()) !== undefined).catch(() => undefined);
  const url = urlOf(terminal.shown()) ?? "";
  const key = readFileSync(keyFile, "utf8").trim();
  expect((await getOnce(`${url}/brand`, { apiKey: key })).status).toBe(200);
  return url;
}

async function stop(terminal: Terminal): Promise<string[]> {
  terminal.press(ctrlC);
  expect(await terminal.ended).toBe(0);
  return terminal.shown().split(/\r?\n/);
}

test.skipIf(!hasTerminal)(
  "in a terminal the first start shows its steps and the key, the next one what it opens, and neither shows requests",
  async () => {
    const dataDir = join(emptyFolder(), "data");
    const file = join(dataDir, "admin-key");
    const first = openTerminal({ DOSSIER_DATA_DIR: dataDir });
    await startAndCall(first, file);
    const lines = await stop(first);
    const steps = lines.filter((line) => / … /.test(line) && !line.startsWith("Building"));
    expect(steps).toEqual([
      expect.stringMatching(/^Creating the database in \S+\/data … \d+\.\d s$/),
      expect.stringMatching(/^Migrating … \d+\.\d s$/),
    ]);
    const key = readFileSync(file, "utf8").trim();
    expect(lines).toContain(`  Your administrator key: ${key}`);
    expect(lines.join("\n")).toContain(`It is also in ${file}`);
    const tour = /^```text\nBuilding.*\n([^`]+`dossier key forget`[^`]+)```$/m.exec(
      readFileSync(join(root, "docs", "tour.md"), "utf8"),
    );
    const printed = lines
      .slice(lines.indexOf(steps[0] ?? ""), lines.findIndex((line) => line.includes("key forget")) + 1)
      .join("\n")
      .replaceAll(dataDir, "/srv/dossier-data")
      .replace("in /srv/dossier-data …", "in dossier-data …")
      .replace("in /srv/dossier-data/admin-key", "in dossier-data/admin-key")
      .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:8080");
    expect(differenceOf("text", tour?.[1] ?? "no such block", printed)).toBeUndefined();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(first.shown()).not.toMatch(/request|PostgreSQL is ready|migrated|creating/);
    expect(first.shown()).toMatch(/stopped/);

    const second = openTerminal({ DOSSIER_DATA_DIR: dataDir });
    await startAndCall(second, file);
    const later = await stop(second);
    expect(later.filter((line) => / … /.test(line))).toEqual([
      expect.stringMatching(/^Opening the database in \S+\/data … \d+\.\d s$/),
    ]);
    expect(later).toContain(`  Key       ${file}; \`dossier key forget\` deletes it`);
    expect(second.shown()).not.toContain(key);
  },
);

test.skipIf(!hasTerminal)(
  "in a terminal LOG_LEVEL shows requests, and a key that others can read is warned of",
  async () => {
    const dataDir = join(emptyFolder(), "data");
    const file = join(dataDir, "admin-key");
    const quiet = openTerminal({ DOSSIER_DATA_DIR: dataDir });
    await startAndCall(quiet, file);
    await stop(quiet);
    chmodSync(file, 0o640);
    const loud = openTerminal({ DOSSIER_DATA_DIR: dataDir, LOG_LEVEL: "info" });
    await startAndCall(loud, file);
    await stop(loud);
    expect(loud.shown()).toMatch(/INFO.*request.*"endpoint":"brand\.list"/);
    expect(loud.shown()).toMatch(/WARN.*admin-key has mode 640: other accounts can read/);
  },
);

/** Starts in pipes, and returns the key of its file. */
async function startFirst(args: readonly string[], cwd: string): Promise<[ServeProcess, string]> {
  const server = await serve(args, cwd, { DOSSIER_ADMIN_KEY: "" });
  return [server, readFileSync(join(cwd, "dossier-data", "admin-key"), "utf8").trim()];
}

const said = ({ log }: ServeProcess, msg: string) => log.filter((line) => line.msg === msg).length;
const deletedByOther = "the administrator's key file was deleted";
const deletedBySession = "a session was opened with the administrator's key: its file is deleted";

test("in pipes each step has a whole line, and the log has a line for each request", async () => {
  const cwd = emptyFolder();
  const [server, key] = await startFirst([], cwd);
  expect(server.stdout()).toMatch(
    /^Creating the database in dossier-data … \d+\.\d s\nMigrating … \d+\.\d s\n\n {2}Dossier/,
  );
  expect(server.stdout()).toContain("It is also in dossier-data/admin-key,");
  await getOnce(`${server.url}/api/v2/brand`, { apiKey: key });
  await poll(() => said(server, "request") === 1);
  expect(server.log.map(({ msg }) => msg).slice(0, 3)).toEqual([
    "creating a new database",
    "PostgreSQL is ready",
    "migrated the database",
  ]);
  expect(JSON.stringify(server.log)).not.toContain(key);
  await server.stop();
});

test("commands to the server of the folder use the key in its file, until it is forgotten", async () => {
  const cwd = emptyFolder();
  const [server, key] = await startFirst([], cwd);
  const local = server.url.replace("127.0.0.1", "localhost");
  const list = (url: string, env = {}) => run(["key", "list", "--url", url, "--json"], { cwd, env });
  for (const url of [server.url, local]) expect(await list(url)).toMatchObject({ code: 0 });
  expect(await list(server.url, { DOSSIER_KEY: "another-key" })).toMatchObject({ code: 1 }); // the environment counts first
  const other = await serve([], emptyFolder(), {});
  expect(await list(other.url)).toMatchObject({ code: 2 }); // this folder's key is not for another server
  await other.stop();

  chmodSync(join(cwd, "dossier-data", "admin-key"), 0o604);
  const refused = await list(server.url);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("has mode 604")]);
  expect(await run(["status", "--url", server.url], { cwd })).toMatchObject({ code: 0 });
  const { stdout } = await run(["doctor"], { cwd });
  expect(stdout).toMatch(/! admin key +\S+admin-key has mode 604/);

  const forgotten = await run(["key", "forget"], { cwd });
  expect([forgotten.code, forgotten.stderr]).toEqual([0, expect.stringContaining("The key stays valid.")]);
  await poll(() => said(server, deletedByOther) === 1);
  expect(await list(server.url)).toMatchObject({ code: 2 });
  expect((await getOnce(`${server.url}/api/v2/session`, { apiKey: key })).status).toBe(200);
  expect(await run(["key", "forget"], { cwd })).toMatchObject({ code: 0 });
  await server.stop();
});

test.each([
  ["one process", []],
  ["two workers", ["--workers", "2"]],
])("the first session of the key deletes its file, and no other key's does: %s", async (_what, args) => {
  const cwd = emptyFolder();
  const [server, key] = await startFirst(args, cwd);
  const file = join(cwd, "dossier-data", "admin-key");
  const openSession = (apiKey: string) =>
    fetch(`${server.url}/api/v2/session`, { method: "POST", headers: { apiKey } });
  const made = await run(["key", "create", "other", "--permission", "CUSTOMER_READ"], { cwd });
  expect((await openSession(made.stdout.trim())).status).toBe(200);
  expect((await openSession("wrong")).status).toBe(401);
  expect(existsSync(file)).toBe(true);
  expect((await openSession(key)).status).toBe(200);
  expect(existsSync(file)).toBe(false);
  await poll(() => said(server, deletedBySession) === 1);
  expect(await server.stop()).toBe(0);
  const later = await serve([], cwd, { DOSSIER_ADMIN_KEY: "" });
  expect(later.stdout()).not.toContain("admin-key");
  await later.stop();
});

test.each([
  ["one process", []],
  ["two workers", ["--workers", "2"]],
])("the link of the first start signs in once, and `start-link` makes another: %s", async (_what, args) => {
  const cwd = emptyFolder();
  const [server] = await startFirst(args, cwd);
  const open = async (address: string) => {
    const [url, token = ""] = address.trim().split("/start#");
    expect(url).toBe(server.url);
    return (await fetch(`${server.url}/api/v2/session`, { method: "POST", headers: { apiKey: token } }))
      .status;
  };
  const [first = ""] = /http:\S+\/start#dss_\w+/.exec(server.stdout()) ?? [];
  expect([await open(first), await open(first)]).toEqual([200, 410]);
  expect(existsSync(join(cwd, "dossier-data", "admin-key"))).toBe(true); // the browser has no key: its owner needs it
  const made = await run(["start-link"], { cwd });
  expect([made.code, made.stderr]).toEqual([0, expect.stringContaining("with key 1, administrator")]);
  expect([await open(made.stdout), await open(made.stdout)]).toEqual([200, 410]);
  const refused = [
    ["--key", "999"],
    ["--key", "x"],
    ["--url", server.url],
  ];
  const codes = [];
  for (const more of refused) codes.push((await run(["start-link", ...more], { cwd })).code);
  expect(codes).toEqual([1, 2, 2]);
  expect(JSON.stringify(server.log)).not.toContain("dss_");
  await server.stop();
});
