// Partial clusters: the next start removes what a killed start left, also while a process of that start still writes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { removePartialClusters } from "../../../src/db/embedded/initdb.ts";

const dataDir = mkdtempSync(join(tmpdir(), "partial-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const writer = `
  const { closeSync, openSync } = require("node:fs");
  const write = (n) => closeSync(openSync("f" + n, "w"));
  write(0);
  process.stdout.write("writes");
  for (let [n, end] = [1, Date.now() + 500]; Date.now() < end; n += 1) try { write(n); } catch { break; }`;

test("a partial cluster in which a process still writes is removed", async () => {
  const folder = join(dataDir, "postgres.partial-1");
  mkdirSync(folder);
  mkdirSync(join(dataDir, "kept"));
  const child = spawn(process.execPath, ["-e", writer], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  await removePartialClusters(dataDir);
  expect(readdirSync(dataDir)).toEqual(["kept"]);
  if (child.exitCode === null) await once(child, "exit");
});
