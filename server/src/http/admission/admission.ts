/**
 * Admission control: a request is rejected on arrival, not after waiting. For each class of requests an adaptive limit
 * (a gradient on latency, by Little's law) bounds the requests in progress, so that an admitted one gets its response
 * in time; active keys have equal shares of it. Behind it, a semaphore runs few handlers at a time, keys taking turns.
 */
import type { Endpoint } from "@dossier/api";
import { abandonedError, overloadError } from "../../db/errors.ts";
import { type Semaphore, createSemaphore } from "../../db/semaphore.ts";
import type { Db } from "../../db/database.ts";
import type { Requester } from "../../db/requester.ts";

/** Classes of requests, whose latencies differ by orders of magnitude. */
export type RequestClass = "read" | "search" | "write" | "slow";

interface ClassLimits {
  /** the target mean latency, as a share of the statement timeout; 0: no limit */
  target: number;
  /** requests in progress: the initial limit and its bounds */
  initial: number;
  min: number;
  max: number;
  /** handlers that run concurrently */
  concurrency: number;
  /** the share of these that one key may use: while no quiet key is active, and while one is */
  aloneShare: number;
  contendedShare: number;
}

const classLimits: Record<RequestClass, ClassLimits> = {
  read: {
    target: 0.125,
    initial: 512,
    min: 128,
    max: 1024,
    concurrency: 128,
    aloneShare: 0.75,
    contendedShare: 0.06,
  },
  search: {
    target: 0.15,
    initial: 64,
    min: 12,
    max: 256,
    concurrency: 96,
    aloneShare: 0.7,
    contendedShare: 0.03,
  },
  write: {
    target: 0.15,
    initial: 256,
    min: 80,
    max: 512,
    concurrency: 96,
    aloneShare: 0.7,
    contendedShare: 0.07,
  },
  slow: {
    target: 0,
    initial: 256,
    min: 256,
    max: 256,
    concurrency: 64,
    aloneShare: 0.5,
    contendedShare: 0.25,
  },
};

/** Operations whose latency depends on other machines or on the amount of data. */
const slowOperations = new Set([
  "brand.crmTest",
  "brand.delete",
  "channel.create",
  "channel.update",
  "customer.purge",
  "customer.purgeAny",
  "customer.syncWithCrm",
  "customfield.delete",
  "customfield.update",
  "webhook.replay",
]);

/** The class of a call; `isScan`: the call has one of the fields that make it a scan. */
export function requestClassOf(name: string, row: Endpoint, isScan: boolean): RequestClass {
  if (isScan) return "search";
  if (slowOperations.has(name)) return "slow";
  return row.method === "GET" || row.search ? "read" : "write";
}

/** All requests without a known key: they take turns as one key. */
export const unknownKey = -2;
/** Health checks take turns of their own. */
export const healthKey = -3;

/** Whether this is the id of an API key, and none of those above. */
export function isApiKey(key: number): boolean {
  return key >= 0;
}

/** Admits or rejects requests, and runs their handlers. */
export interface Admission {
  /** Counts a request as in progress until `release` is called; undefined if it must be rejected. */
  admit(kind: RequestClass, key: number): { release(): void } | undefined;
  /** Runs the handler of an admitted request when the semaphore permits. */
  run<T>(kind: RequestClass, requester: Requester, handler: () => Promise<T>): Promise<T>;
  /** Adds time that a request took outside its handler to its latency. */
  addDelay(kind: RequestClass, milliseconds: number): void;
  /** by class: the limit, the requests in progress, and those waiting for the semaphore */
  counts(): Record<RequestClass, { limit: number; inProgress: number; waiting: number }>;
}

/** The facts of a database that admission needs. */
type AdmissionDb = Pick<Db, "presence" | "timeouts">;

export function createAdmission(db: AdmissionDb, now: () => number = () => performance.now()): Admission {
  const classes = Object.fromEntries(
    Object.entries(classLimits).map(([kind, limits]) => [kind, createClassAdmission(limits, db, now)]),
  ) as Record<RequestClass, ReturnType<typeof createClassAdmission>>;
  return {
    admit: (kind, key) => classes[kind].admit(key),
    run: (kind, requester, handler) => classes[kind].run(requester, handler),
    addDelay: (kind, milliseconds) => classes[kind].addDelay(milliseconds),
    counts: () => ({
      read: classes.read.counts(),
      search: classes.search.counts(),
      write: classes.write.counts(),
      slow: classes.slow.counts(),
    }),
  };
}

const maxWaiting = { perRequester: 2000, inAll: 4000 };

function createClassAdmission(limits: ClassLimits, { presence, timeouts }: AdmissionDb, now: () => number) {
  const limit = createGradientLimit(limits, limits.target * timeouts.statement, now);
  const semaphore: Semaphore = createSemaphore(limits.concurrency, {
    acquireTimeoutMs: timeouts.acquire,
    maxWaiting,
    maxShareOf: (key) => (presence.hasQuietOthers(key) ? limits.contendedShare : limits.aloneShare),
    timeoutError: () => overloadError(new Error("waited too long for its turn")),
    queueFullError: () => overloadError(new Error("too many requests wait for their turn")),
    abandonedError,
    isFatal: () => false,
    onFinished: limit.record,
    now,
  });
  const contendedSlots = Math.ceil(limits.concurrency * limits.contendedShare);
  const byKey = new Map<number, number>();
  let inProgress = 0;

  function admit(key: number): { release(): void } | undefined {
    if (inProgress === 0) limit.resetIdle();
    const before = byKey.get(key) ?? 0;
    const keys = byKey.size + (before === 0 ? 1 : 0);
    const share = Math.max(1, Math.floor(limit.current() / keys));
    if ((before >= share && inProgress >= limit.current()) || inProgress >= 2 * limit.current()) {
      limit.markReached();
      return undefined;
    }
    byKey.set(key, before + 1);
    inProgress += 1;
    if (before >= contendedSlots) presence.markBusy(key);
    return {
      release() {
        const left = (byKey.get(key) ?? 0) - 1;
        if (left > 0) byKey.set(key, left);
        else byKey.delete(key);
        inProgress -= 1;
      },
    };
  }

  return {
    admit,
    run: <T>(requester: Requester, handler: () => Promise<T>) => semaphore.run(requester, handler),
    addDelay: limit.addDelay,
    counts: () => ({ limit: limit.current(), inProgress, waiting: semaphore.waiting() }),
  };
}

const windowMs = 100; // in milliseconds

/**
 * Gradient limit: at the end of each window the limit moves by the ratio of the target to the mean latency, and so
 * settles where throughput × target requests are in progress. It rises above its initial value only if it was reached.
 */
function createGradientLimit({ initial, min, max }: ClassLimits, target: number, now: () => number) {
  let limit = initial;
  let wasReached = false;
  let window = { begun: now(), sum: 0, count: 0 };

  function adjust(mean: number): void {
    if (target === 0) return;
    const ratio = target / Math.max(mean, 1);
    if (ratio < 1) limit = Math.max(min, limit * Math.max(ratio, 0.7));
    else if (wasReached || limit < initial) limit = Math.min(max, limit * Math.min(ratio, 1.3));
  }

  return {
    current: () => limit,
    markReached: () => void (wasReached = true),
    /** Nothing is in progress: earlier measurements no longer apply. */
    resetIdle: () => void (limit = Math.max(limit, initial)),
    addDelay: (milliseconds: number) => void (window.sum += milliseconds),
    record(milliseconds: number): void {
      window.sum += milliseconds;
      window.count += 1;
      if (now() - window.begun < windowMs) return;
      adjust(window.sum / window.count);
      wasReached = false;
      window = { begun: now(), sum: 0, count: 0 };
    },
  };
}
