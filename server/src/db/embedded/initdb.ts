// A new cluster folder, made by initdb under another name and renamed when it is complete: a start that is killed
// in the middle leaves only a leftover, which the next one removes.
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
import type { Account } from "./account.ts";
import { clusterPath, replaceFile } from "./cluster.ts";
import { killInitdb } from "./orphans.ts";
import { describeFullDisk, EmbeddedRefusal, freeMegabytes, refuseUnwritable } from "./errors.ts";
import { explainSpawn, pathForServer, serverEnvironment } from "./server.ts";

const needed = 100; // MB: a new cluster takes 40, its first growth some more
const partial = "postgres.partial-";
// All sort by code point (C), so an update of the system's library never reorders an index; what differs is where
// the knowledge of letters comes from. With plain C, pg_trgm drops every letter beyond ASCII.
const letterTypes = ["C.UTF-8", "en_US.UTF-8", "UTF-8"];

/** Removes what starts that were killed in mid-initdb left. */
export async function removePartialClusters(dataDir: string): Promise<void> {
  for (const name of readdirSync(dataDir).filter((entry) => entry.startsWith(partial))) {
    const folder = join(dataDir, name);
    await killInitdb(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function makeCluster(
  dataDir: string,
  initdb: string,
  role: string,
  account: Account,
): Promise<void> {
  const free = freeMegabytes(dataDir);
  if (free < needed) {
    throw new EmbeddedRefusal(
      `No space for a new database in ${dataDir}: ${free} MB are free, ${needed} are needed. Free some space, or set ` +
        "DOSSIER_DATA_DIR to another disk.",
    );
  }
  const folder = refuseUnwritable(dataDir, () => mkdtempSync(join(dataDir, partial)));
  try {
    refuseUnwritable(dataDir, () => chownSync(folder, account.uid, account.gid));
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
  let said = "";
  for (const letters of letterTypes) {
    const outcome = await initialize(folder, initdb, role, letters, account);
    if (outcome.code === 0) return;
    said = outcome.said;
    if (!said.includes("invalid locale name")) break;
  }
  const lines = said.trim().split("\n").slice(-8).join("\n  ");
  throw new EmbeddedRefusal(
    `A new database could not be made in ${dataDir}.${describeFullDisk(dataDir)} PostgreSQL's initdb says:\n  ${lines}`,
  );
}

function initialize(folder: string, initdb: string, role: string, letters: string, account: Account) {
  const locale = ["--locale-provider=libc", "--locale=C", "--lc-collate=C", `--lc-ctype=${letters}`];
  const access = ["--auth-local=peer", "--auth-host=reject", `--username=${role}`];
  // Values that fit any machine: without them initdb starts several servers to find out what does (0.2 s).
  const size = ["-c", "max_connections=100", "-c", "shared_buffers=64MB"];
  const options = ["--encoding=UTF8", ...locale, ...access, "--data-checksums", "--no-instructions", ...size];
  const child = spawn(initdb, ["-D", pathForServer(folder), ...options], {
    cwd: folder,
    env: serverEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // Ctrl-C in a terminal is for us
    ...account.identity,
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  return new Promise<{ code: number | null; said: string }>((resolve) => {
    let said = "";
    child.stdout.on("data", (text: Buffer) => (said += text));
    child.stderr.on("data", (text: Buffer) => (said += text));
    child.on("error", (error) => resolve({ code: 1, said: explainSpawn(error, initdb) }));
    child.on("close", (code) => resolve({ code, said }));
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
