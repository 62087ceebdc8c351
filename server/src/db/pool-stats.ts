/**
 * What the door to PostgreSQL has seen since it was opened, as plain numbers: counting costs an addition, and nothing
 * is asked to read them. All but those of a moment only ever rise.
 */
import type pg from "pg";
import type { Gate, GateCounts } from "./semaphore.ts";
import { limitReached, type Limit, type RetryReason } from "./errors.ts";

/** What only rises. */
export interface Activity {
  readonly gate: Readonly<GateCounts>;
  /** transactions that were run again, by why */
  readonly retries: Record<RetryReason, number>;
  /** statements that ran into a limit of time, by which */
  readonly timeouts: Record<Limit, number>;
}

/** How it is at this moment. */
export interface Load {
  /** sessions that the pool may hold at most */
  size: number;
  idle: number;
  used: number;
  /** callers that wait for their turn */
  waiting: number;
}

export function makeActivity(gate: Gate): Activity {
  return {
    gate: gate.counts,
    retries: { deadlock: 0, serialization: 0, lock: 0 },
    timeouts: { statement: 0, lock: 0, answer: 0 },
  };
}

/** The answer to a statement; counts it if it ran into a limit. */
export async function watched<T>({ timeouts }: Activity, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const limit = limitReached(error);
    if (limit) timeouts[limit] += 1;
    throw error;
  }
}

export function loadOf(pool: pg.Pool, gate: Gate): Load {
  const { totalCount, idleCount } = pool;
  return { size: pool.options.max, idle: idleCount, used: totalCount - idleCount, waiting: gate.waiting() };
}
