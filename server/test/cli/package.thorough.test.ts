// The packaged command `dossier`: the repository is packed, unpacked elsewhere, and run from there. The packages it
// needs are beside it, as in an installation.
import { execFileSync, spawn } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { bundle, emptyFolder, plainEnvironment } from "../support/run-cli.ts";
import { createTestDatabase } from "../support/database.ts";
import { poll } from "../support/embedded/harness.ts";

const root = resolve(fileURLToPath(import.meta.url), "../../../..");
const folder = emptyFolder();
const command = join(folder, "package", "scripts", "dossier.mjs");
expect(bundle).toBe(join(root, "dist", "server.js")); // it is up to date: importing the harness ensures that

execFileSync(process.execPath, [join(root, "scripts", "build-console.mjs")]);
const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
  cwd: root,
  encoding: "utf8",
});
const [tarball] = JSON.parse(packed) as { filename: string; files: { path: string }[] }[];
execFileSync("tar", ["-xzf", join(folder, tarball!.filename), "-C", folder]);
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));

test("holds the program, its migrations and the documentation, and no sources", () => {
  const tracked = execFileSync("git", ["ls-files", "docs", "server/migrations"], {
    cwd: root,
    encoding: "utf8",
  });
  const paths = tarball!.files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(tracked.trim().split("\n")));
  expect(paths.filter((path) => /\.ts$|^(api|server\/(src|test|seed)|\.ci)\//.test(path))).toEqual([]);
});

test("serves the API and every page of its documentation", async () => {
  const { url: database } = await createTestDatabase();
  const env = plainEnvironment({
    DATABASE_URL: database,
    DOSSIER_SECRET: "7".repeat(64),
    PORT: "0",
    LOG_LEVEL: "fatal",
  });
  const server = spawn(process.execPath, [command, "serve"], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  afterAll(() => void server.kill("SIGKILL"));
  let said = "";
  server.stdout.on("data", (part: Buffer) => (said += part.toString()));
  await poll(() => said.includes("/docs"));
  const url = /API\s+(http:\S+)\/api\/v2/.exec(said)?.[1] ?? "";
  const page = await fetch(`${url}/customers`, { headers: { accept: "text/html" } });
  expect(page.headers.get("content-security-policy")).toContain("require-trusted-types-for 'script'");
  for (const path of [
    "/livez",
    "/docs/api",
    "/docs/explorer.js",
    "/docs/search.json",
    "/docs/index",
    "/docs/tour",
  ])
    expect([path, (await fetch(url + path)).status]).toEqual([path, 200]);
  const ended = new Promise((done) => server.once("exit", done));
  server.kill("SIGTERM");
  expect(await ended).toBe(0);
});
