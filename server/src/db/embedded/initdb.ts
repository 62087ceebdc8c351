// A new cluster folder: made by initdb under another name and renamed when complete, so a start that is killed midway
// leaves only a partial folder, which the next one removes.
import { spawn } from "node:child_process";
import {
  chownSync,
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Account } from "./account.ts";
import { clusterPath, replaceFile } from "./cluster.ts";
import { killInitdb } from "./orphans.ts";
import { describeFullDisk, EmbeddedPostgresError, freeMegabytes, wrapFsErrors } from "./errors.ts";
import { explainSpawnError, pathForServer, serverEnvironment } from "./server.ts";

const minFreeMegabytes = 100; // MB: a new cluster takes 40, its first growth some more
const partialPrefix = "postgres.partial-";
// All sort by code point (C), so an update of the system's library never reorders an index; they differ in the source
// of the character classes. With plain C, pg_trgm drops every letter beyond ASCII.
const ctypes = ["C.UTF-8", "en_US.UTF-8", "UTF-8"];

/** Removes the partial clusters of starts that were killed during initdb. */
export async function removePartialClusters(dataDir: string): Promise<void> {
  for (const name of readdirSync(dataDir).filter((entry) => entry.startsWith(partialPrefix))) {
    const folder = join(dataDir, name);
    await removePartial(folder);
  }
}

/** A shell that initdb had just started is seen as PostgreSQL only a moment later, and writes until it is killed too. */
async function removePartial(folder: string): Promise<void> {
  for (let retries = 100; ; retries -= 1) {
    await killInitdb(folder);
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (retries === 0 || (error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
      await delay(50);
    }
  }
}

export async function createCluster(
  dataDir: string,
  initdb: string,
  role: string,
  account: Account,
): Promise<void> {
  const free = freeMegabytes(dataDir);
  if (free < minFreeMegabytes) {
    throw new EmbeddedPostgresError(
      `No space for a new database in ${dataDir}: ${free} MB are free, ${minFreeMegabytes} are needed. Free some space, or set ` +
        "DOSSIER_DATA_DIR to another disk.",
    );
  }
  const folder = wrapFsErrors(dataDir, () => mkdtempSync(join(dataDir, partialPrefix)));
  try {
    wrapFsErrors(dataDir, () => chownSync(folder, account.uid, account.gid));
    await runInitdb(dataDir, folder, initdb, role, account);
    includeSettings(folder, account);
    renameSync(folder, clusterPath(dataDir));
    syncFolder(dataDir);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function runInitdb(dataDir: string, folder: string, initdb: string, role: string, account: Account) {
  let output = "";
  for (const ctype of ctypes) {
    const outcome = await initialize(folder, initdb, role, ctype, account);
    if (outcome.code === 0) return;
    output = outcome.output;
    if (!output.includes("invalid locale name")) break;
  }
  const lines = output.trim().split("\n").slice(-8).join("\n  ");
  throw new EmbeddedPostgresError(
    `A new database could not be made in ${dataDir}.${describeFullDisk(dataDir)} PostgreSQL's initdb says:\n  ${lines}`,
  );
}

function initialize(folder: string, initdb: string, role: string, ctype: string, account: Account) {
  const locale = ["--locale-provider=libc", "--locale=C", "--lc-collate=C", `--lc-ctype=${ctype}`];
  const access = ["--auth-local=peer", "--auth-host=reject", `--username=${role}`];
  // Values that fit any machine: without them initdb starts several servers to find them (0.2 s).
  const size = ["-c", "max_connections=100", "-c", "shared_buffers=64MB"];
  const options = ["--encoding=UTF8", ...locale, ...access, "--data-checksums", "--no-instructions", ...size];
  const child = spawn(initdb, ["-D", pathForServer(folder), ...options], {
    cwd: folder,
    env: serverEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // Ctrl-C in a terminal is for us alone
    ...account.identity,
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    let output = "";
    child.stdout.on("data", (text: Buffer) => (output += text));
    child.stderr.on("data", (text: Buffer) => (output += text));
    child.on("error", (error) => resolve({ code: 1, output: explainSpawnError(error, initdb) }));
    child.on("close", (code) => resolve({ code, output }));
  }).finally(() => process.removeListener("exit", kill));
}

function includeSettings(folder: string, account: Account): void {
  const path = join(folder, "postgresql.conf");
  replaceFile(path, `${readFileSync(path, "utf8")}\ninclude_if_exists = 'dossier.conf'\n`, account);
}

function syncFolder(folder: string): void {
  const file = openSync(folder, "r");
  fsyncSync(file);
  closeSync(file);
}
