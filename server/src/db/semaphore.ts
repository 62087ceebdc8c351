/**
 * Who may use the pool, in the order of asking. A busy database makes callers wait, and tells those who waited too
 * long; a database that is away makes everybody who waits give up at once, instead of each finding out by itself.
 */

/** Lets so many in at a time; the others wait. */
export interface Gate {
  /** Runs the work when it is its turn. */
  pass<T>(work: () => Promise<T>): Promise<T>;
  /** how many wait at this moment */
  waiting(): number;
  readonly counts: Readonly<GateCounts>;
}

/** What happened to those who had to wait, since the gate was made. */
export interface GateCounts {
  /** callers whose wait is over, however it ended */
  waits: number;
  waitSeconds: number;
  /** callers that were told to come again after they had waited as long as they may */
  tired: number;
}

/** What those who wait are told. */
export interface GateWords {
  /** what it is told who has waited that long, in milliseconds */
  patience: number;
  tired(): Error;
  /** whether an error of the work means that nobody else need try */
  isOutage(error: Error): boolean;
}

export function makeGate(places: number, { patience, tired, isOutage }: GateWords): Gate {
  let free = places;
  const counts: GateCounts = { waits: 0, waitSeconds: 0, tired: 0 };
  const waiting = new Set<{ enter(): void; giveUp(error: Error): void }>();

  function enter(): Promise<void> | undefined {
    if (free > 0) {
      free -= 1;
      return undefined;
    }
    const begun = performance.now();
    return new Promise((resolve, reject) => {
      const leaveQueue = (end: () => void) => {
        clearTimeout(limit);
        waiting.delete(place);
        counts.waits += 1;
        counts.waitSeconds += (performance.now() - begun) / 1000;
        end();
      };
      const place = {
        enter: () => leaveQueue(resolve),
        giveUp: (error: Error) => leaveQueue(() => reject(error)),
      };
      const limit = setTimeout(() => {
        counts.tired += 1;
        place.giveUp(tired());
      }, patience);
      waiting.add(place);
    });
  }

  function leave(): void {
    const [next] = waiting;
    if (next) next.enter();
    else free += 1;
  }

  return {
    counts,
    waiting: () => waiting.size,
    async pass(work) {
      await enter();
      try {
        return await work();
      } catch (error) {
        if (error instanceof Error && isOutage(error)) for (const one of waiting) one.giveUp(error);
        throw error;
      } finally {
        leave();
      }
    },
  };
}
