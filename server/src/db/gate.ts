/**
 * Who may use the pool, in the order of asking. A busy database makes callers wait, and tells those who waited too
 * long; a database that is away makes everybody who waits give up at once, instead of each finding out by itself.
 */

/** Lets so many in at a time; the others wait. */
export interface Gate {
  /** Runs the work when it is its turn. */
  pass<T>(work: () => Promise<T>): Promise<T>;
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
  const waiting = new Set<{ enter(): void; giveUp(error: Error): void }>();

  function enter(): Promise<void> | undefined {
    if (free > 0) {
      free -= 1;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const leaveQueue = (end: () => void) => {
        clearTimeout(limit);
        waiting.delete(place);
        end();
      };
      const place = {
        enter: () => leaveQueue(resolve),
        giveUp: (error: Error) => leaveQueue(() => reject(error)),
      };
      const limit = setTimeout(() => place.giveUp(tired()), patience);
      waiting.add(place);
    });
  }

  function leave(): void {
    const [next] = waiting;
    if (next) next.enter();
    else free += 1;
  }

  return {
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
