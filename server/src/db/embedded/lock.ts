// One Dossier at a time on a data folder.
//
// Each starter announces itself by a claim file whose name is its own for ever (time, pid, start mark, place), and
// only then looks for others; so of any two, at least one sees the other, and removing a dead one's claim can never
// remove a living one's. It holds the folder once it sees no other living claim. Of several starters the oldest
// claim waits and the others withdraw: exactly one wins, over any number of stale claims.
//
// A claim from another place (container, machine) cannot be judged by its pid, but by its beat: the holder writes
// its claim every two seconds, so one that stays untouched for ten is dead.
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
import { findPlace, findVital, tryTo } from "../embedded-liveness.ts";
import { FolderInUse, refuseUnwritable } from "./errors.ts";

const beatEvery = 2_000;
const silentFor = 10_000;
const patience = 15_000; // with starters that came later; they withdraw as soon as they see us

export interface Lock {
  since: Date;
  release(): void;
}

interface Claim {
  name: string;
  path: string;
  pid: number;
  since: Date;
  mark: string;
  place: string;
}

/** `onBeat` is called about every two seconds until the lock is released. */
export async function takeLock(dataDir: string, onBeat: () => void): Promise<Lock> {
  const folder = join(dataDir, "lock");
  const own = announce(dataDir, folder);
  const file = refuseUnwritable(dataDir, () => openSync(own.path, "wx", 0o600));
  let state = "starting\n";
  const beat = setInterval(() => {
    tryTo(() => writeSync(file, state, 0)); // a full disk must not end the server
    onBeat();
  }, beatEvery).unref();
  let released = false;
  const release = () => {
    if (released) return;
    released = true;
    clearInterval(beat);
    closeSync(file);
    rmSync(own.path, { force: true });
  };
  try {
    await outwait(dataDir, folder, own);
    state = "holding \n";
    refuseUnwritable(dataDir, () => writeSync(file, state, 0));
    return { since: own.since, release };
  } catch (error) {
    release();
    throw error;
  }
}

function announce(dataDir: string, folder: string): Claim {
  refuseUnwritable(dataDir, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  const since = Date.now();
  const mark = findVital(process.pid)?.mark ?? "unknown";
  const claim = parseClaim(
    folder,
    `${String(since).padStart(15, "0")}-${process.pid}-${mark}-${findPlace()}`,
  );
  if (claim === undefined) throw new Error("A claim that cannot be read back was made.");
  return claim;
}

function parseClaim(folder: string, name: string): Claim | undefined {
  const [, since, pid, mark, place] = /^(\d{15})-(\d+)-(\w+)-(\w+)$/.exec(name) ?? [];
  if (since === undefined || pid === undefined || mark === undefined || place === undefined) return undefined;
  return { name, path: join(folder, name), pid: Number(pid), since: new Date(Number(since)), mark, place };
}

/** Who holds a data folder. */
export interface Holder {
  pid: number;
  since: Date;
  /** on this machine, in this container: what it listens on can be reached */
  here: boolean;
}

/** Who holds the folder, without claiming it; undefined: nobody. Of a claim from elsewhere, two beats are awaited. */
export async function findHolder(dataDir: string): Promise<Holder | undefined> {
  const folder = join(dataDir, "lock");
  const place = findPlace();
  for (const name of tryTo(() => readdirSync(folder)) ?? []) {
    const claim = parseClaim(folder, name);
    if (claim === undefined) continue;
    const here = claim.place === place;
    if (here ? findVital(claim.pid)?.mark === claim.mark : await isBeating(claim))
      return { pid: claim.pid, since: claim.since, here };
  }
  return undefined;
}

async function isBeating(claim: Claim): Promise<boolean> {
  const seen = findBeat(claim);
  for (let waited = 0; waited < 2 * beatEvery; waited += 100) {
    if (findBeat(claim) !== seen) return findBeat(claim) !== undefined;
    await delay(100);
  }
  return false;
}

/** Resolves when nobody else is there; refuses when somebody else holds the folder or came first. */
async function outwait(dataDir: string, folder: string, own: Claim): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    const others = await listLiving(folder, own);
    if (others.length === 0) return;
    const winner = others.find((other) => isHolding(other) || other.name < own.name);
    if (winner !== undefined) throw refuse(dataDir, winner);
    if (Date.now() > deadline) throw refuse(dataDir, others[0] ?? own);
    await delay(10);
  }
}

async function listLiving(folder: string, own: Claim): Promise<Claim[]> {
  const living: Claim[] = [];
  for (const name of readdirSync(folder)) {
    const claim = name === own.name ? undefined : parseClaim(folder, name);
    if (claim === undefined) continue;
    if (await isLiving(claim, own)) living.push(claim);
    else rmSync(claim.path, { force: true });
  }
  return living;
}

async function isLiving(claim: Claim, own: Claim): Promise<boolean> {
  if (claim.place === own.place) return findVital(claim.pid)?.mark === claim.mark;
  const seen = findBeat(claim);
  // Compared with our own file, not with our clock: the folder may be another machine's.
  const silence = (findBeat(own) ?? 0) - (seen ?? 0);
  for (let waited = Math.max(silence, 0); waited < silentFor; waited += 100) {
    if (findBeat(claim) !== seen) return findBeat(claim) !== undefined;
    await delay(100);
  }
  return false;
}

function findBeat(claim: Claim): number | undefined {
  return tryTo(() => statSync(claim.path).mtimeMs);
}

function isHolding(claim: Claim): boolean {
  return tryTo(() => readFileSync(claim.path, "latin1"))?.startsWith("holding") === true;
}

function refuse(dataDir: string, other: Claim): FolderInUse {
  return new FolderInUse(
    `The data folder ${dataDir} is in use by another Dossier: process ${other.pid}, since ` +
      `${other.since.toISOString()}. Stop that one first, or set DOSSIER_DATA_DIR to another folder.`,
  );
}
