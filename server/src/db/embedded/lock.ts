// Lock of a data folder: one Dossier at a time.
//
// Each starter writes a claim file with a name that is unique for ever (time, pid, start time, host id), and only then
// looks for others. So of any two at least one sees the other, and removing a dead one's claim never removes a living
// one's. A starter holds the folder once it sees no other living claim. Of several starters the one with the oldest
// claim waits and the others withdraw: exactly one wins, over any number of stale claims.
//
// A claim from another host (container, machine) cannot be judged by its pid, but by its heartbeat: the holder writes
// its claim every two seconds, so a claim untouched for ten seconds is dead.
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readHostId, readProcess, ignoreErrors } from "./process-identity.ts";
import { DataDirLockedError, wrapFsErrors } from "./errors.ts";

const heartbeatMs = 2_000;
const staleAfterMs = 10_000;
const waitTimeoutMs = 15_000; // for starters that came later; they withdraw as soon as they see us

export interface Lock {
  since: Date;
  release(): void;
}

interface Claim {
  name: string;
  path: string;
  pid: number;
  since: Date;
  startTime: string;
  hostId: string;
}

/** `onHeartbeat` is called about every two seconds until the lock is released. */
export async function acquireLock(dataDir: string, onHeartbeat: () => void): Promise<Lock> {
  const folder = join(dataDir, "lock");
  const own = createClaim(dataDir, folder);
  const file = wrapFsErrors(dataDir, () => openSync(own.path, "wx", 0o600));
  let state = "starting\n";
  const heartbeat = setInterval(() => {
    ignoreErrors(() => writeSync(file, state, 0)); // a full disk must not end the server
    onHeartbeat();
  }, heartbeatMs).unref();
  let released = false;
  const release = () => {
    if (released) return;
    released = true;
    clearInterval(heartbeat);
    closeSync(file);
    rmSync(own.path, { force: true });
  };
  try {
    await waitForOthers(dataDir, folder, own);
    state = "holding \n";
    wrapFsErrors(dataDir, () => writeSync(file, state, 0));
    return { since: own.since, release };
  } catch (error) {
    release();
    throw error;
  }
}

function createClaim(dataDir: string, folder: string): Claim {
  wrapFsErrors(dataDir, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  const since = Date.now();
  const startTime = readProcess(process.pid)?.startTime ?? "unknown";
  const claim = parseClaim(
    folder,
    `${String(since).padStart(15, "0")}-${process.pid}-${startTime}-${readHostId()}`,
  );
  if (claim === undefined) throw new Error("A claim that cannot be read back was made.");
  return claim;
}

function parseClaim(folder: string, name: string): Claim | undefined {
  const [, since, pid, startTime, hostId] = /^(\d{15})-(\d+)-(\w+)-(\w+)$/.exec(name) ?? [];
  if (since === undefined || pid === undefined || startTime === undefined || hostId === undefined)
    return undefined;
  return {
    name,
    path: join(folder, name),
    pid: Number(pid),
    since: new Date(Number(since)),
    startTime,
    hostId,
  };
}

/** The holder of a data folder. */
export interface Holder {
  pid: number;
  since: Date;
  /** on this machine, in this container: its socket can be reached */
  isLocal: boolean;
}

/**
 * Finds the holder without claiming the folder; undefined if there is none. For a claim from another host it waits two
 * heartbeats.
 */
export async function findHolder(dataDir: string): Promise<Holder | undefined> {
  const folder = join(dataDir, "lock");
  const ownHostId = readHostId();
  for (const name of ignoreErrors(() => readdirSync(folder)) ?? []) {
    const claim = parseClaim(folder, name);
    if (claim === undefined) continue;
    const isLocal = claim.hostId === ownHostId;
    if (isLocal ? readProcess(claim.pid)?.startTime === claim.startTime : await hasHeartbeat(claim))
      return { pid: claim.pid, since: claim.since, isLocal };
  }
  return undefined;
}

async function hasHeartbeat(claim: Claim): Promise<boolean> {
  const seen = lastHeartbeat(claim);
  for (let waited = 0; waited < 2 * heartbeatMs; waited += 100) {
    if (lastHeartbeat(claim) !== seen) return lastHeartbeat(claim) !== undefined;
    await delay(100);
  }
  return false;
}

/** Resolves when there is no other claim; throws if another process holds the folder or came first. */
async function waitForOthers(dataDir: string, folder: string, own: Claim): Promise<void> {
  const deadline = Date.now() + waitTimeoutMs;
  for (;;) {
    const others = await listAlive(folder, own);
    if (others.length === 0) return;
    const winner = others.find((other) => holdsLock(other) || other.name < own.name);
    if (winner !== undefined) throw lockedError(dataDir, winner);
    if (Date.now() > deadline) throw lockedError(dataDir, others[0] ?? own);
    await delay(10);
  }
}

async function listAlive(folder: string, own: Claim): Promise<Claim[]> {
  const alive: Claim[] = [];
  for (const name of readdirSync(folder)) {
    const claim = name === own.name ? undefined : parseClaim(folder, name);
    if (claim === undefined) continue;
    if (await isAlive(claim, own)) alive.push(claim);
    else rmSync(claim.path, { force: true });
  }
  return alive;
}

async function isAlive(claim: Claim, own: Claim): Promise<boolean> {
  if (claim.hostId === own.hostId) return readProcess(claim.pid)?.startTime === claim.startTime;
  const seen = lastHeartbeat(claim);
  // Compares with our own file, not with our clock: the folder may be on another machine.
  const silence = (lastHeartbeat(own) ?? 0) - (seen ?? 0);
  for (let waited = Math.max(silence, 0); waited < staleAfterMs; waited += 100) {
    if (lastHeartbeat(claim) !== seen) return lastHeartbeat(claim) !== undefined;
    await delay(100);
  }
  return false;
}

function lastHeartbeat(claim: Claim): number | undefined {
  return ignoreErrors(() => statSync(claim.path).mtimeMs);
}

function holdsLock(claim: Claim): boolean {
  return ignoreErrors(() => readFileSync(claim.path, "latin1"))?.startsWith("holding") === true;
}

function lockedError(dataDir: string, other: Claim): DataDirLockedError {
  return new DataDirLockedError(
    `The data folder ${dataDir} is in use by another Dossier: process ${other.pid}, since ` +
      `${other.since.toISOString()}. Stop that one first, or set DOSSIER_DATA_DIR to another folder.`,
  );
}
