/**
 * Counters of a pool since it was opened, as plain numbers: counting costs an addition, and reading them queries
 * nothing. All but the current values only rise.
 */
import type pg from "pg";
import type { Semaphore, SemaphoreCounts } from "./semaphore.ts";
import type { Mutex, MutexCounts } from "./mutex.ts";
import { isDiskFull, timeoutKind, type TimeoutKind, type RetryReason } from "./errors.ts";

/** Values that only rise. */
export interface PoolStats {
  readonly semaphore: Readonly<SemaphoreCounts>;
  readonly mutex: Readonly<MutexCounts>;
  /** retried transactions, by reason */
  readonly retries: Record<RetryReason, number>;
  /** statements that exceeded a timeout, by its kind */
  readonly timeouts: Record<TimeoutKind, number>;
  /** a write failed for lack of disk space; the write probe clears it once there is space again */
  diskFull: boolean;
}

/** Current values. */
export interface PoolUsage {
  /** maximum number of connections of the pool */
  size: number;
  idle: number;
  used: number;
  /** callers waiting for a connection */
  waiting: number;
}

export function createPoolStats(semaphore: Semaphore, mutex: Mutex): PoolStats {
  return {
    semaphore: semaphore.counts,
    mutex: mutex.counts,
    retries: { deadlock: 0, serialization: 0, lock: 0 },
    timeouts: { statement: 0, lock: 0, client: 0 },
    diskFull: false,
  };
}

/** Returns the result of a statement; counts a timeout or a full disk. */
export async function countTimeouts<T>(stats: PoolStats, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    const kind = timeoutKind(error);
    if (kind) stats.timeouts[kind] += 1;
    if (isDiskFull(error)) stats.diskFull = true;
    throw error;
  }
}

export function readPoolUsage(pool: pg.Pool, semaphore: Semaphore): PoolUsage {
  const { totalCount, idleCount } = pool;
  return {
    size: pool.options.max,
    idle: idleCount,
    used: totalCount - idleCount,
    waiting: semaphore.waiting(),
  };
}
