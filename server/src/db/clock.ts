/**
 * The database's clock: the last time read from the database, plus what the monotonic clock has counted since.
 * Everything that ends at a stored time ends by this clock, not by the machine's own.
 */
import type { Db, Statement } from "./database.ts";

/** The machine's clock minus the database's, and the uncertainty of that, in milliseconds. */
export interface ClockDifference {
  difference: number;
  uncertainty: number;
}

/** A greater difference causes a warning. */
export const maxClockDifference = 2_000;

const selectClock: Statement = {
  name: "clock_read",
  text: "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now",
};

/** Returns the least amount by which the two clocks differ. */
export function minDifference({ difference, uncertainty }: ClockDifference): number {
  return Math.max(0, Math.abs(difference) - uncertainty);
}

/** Follows the database's clock; before the first measurement it is the machine's clock. */
export class DatabaseClock {
  #sample: { databaseTime: number; localTime: number; uncertainty: number } | undefined;

  async measure(db: Pick<Db, "row">): Promise<ClockDifference> {
    const startedAt = performance.now();
    const row = await db.row<{ now: number }>(selectClock);
    const localTime = performance.now();
    const uncertainty = (localTime - startedAt) / 2;
    this.#sample = { databaseTime: (row?.now ?? 0) + uncertainty, localTime, uncertainty };
    return this.difference() as ClockDifference;
  }

  /** The database's time, in milliseconds since 1970. */
  now(): number {
    return this.#sample
      ? this.#sample.databaseTime + (performance.now() - this.#sample.localTime)
      : Date.now();
  }

  /** The difference of the machine's clock at this moment; undefined before the first measurement. */
  difference(): ClockDifference | undefined {
    return this.#sample && { difference: Date.now() - this.now(), uncertainty: this.#sample.uncertainty };
  }
}
