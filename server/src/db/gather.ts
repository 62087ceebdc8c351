/**
 * Work done together: the calls of one turn of the event loop become one statement, or one transaction. A caller alone
 * waits for nobody. While as much is under way as may be, the others wait, and then go together: the busier the
 * database, the more it is given at a time.
 */
import type { Db } from "./database.ts";

/** What can be done for several callers in one go. A constant: who gathers what is known by it. */
export interface Gathering<In, Out> {
  /** how many calls in one go, at most */
  readonly most: number;
  /** how many goes at a time */
  readonly atOnce: number;
  /** Does it for all, and answers in their order. When it throws, every one of them gets that. */
  run(db: Db, all: readonly In[]): Promise<readonly Out[]>;
}

/** Has a call done with others of the same key. */
export type Gather = <In, Out>(gathering: Gathering<In, Out>, key: string, one: In) => Promise<Out>;

interface Call<In, Out> {
  key: string;
  one: In;
  resolve(answer: Out): void;
  reject(error: unknown): void;
}

/** What gathers calls on a database. */
export function makeGather(db: Db): Gather {
  const queues = new Map<unknown, unknown>();
  return (gathering, key, one) => {
    const queue = (queues.get(gathering) ?? new Queue(db, gathering)) as Queue<typeof one, never>;
    queues.set(gathering, queue);
    return queue.add(key, one);
  };
}

class Queue<In, Out> {
  readonly #db: Db;
  readonly #gathering: Gathering<In, Out>;
  #waiting: Call<In, Out>[] = [];
  #underWay = 0;
  #isCalled = false;

  constructor(db: Db, gathering: Gathering<In, Out>) {
    this.#db = db;
    this.#gathering = gathering;
  }

  add(key: string, one: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, one, resolve, reject });
      this.#callSoon();
    });
  }

  /** After everything that this turn brings. */
  #callSoon(): void {
    if (this.#isCalled || this.#waiting.length === 0 || this.#underWay >= this.#gathering.atOnce) return;
    this.#isCalled = true;
    setImmediate(() => {
      this.#isCalled = false;
      while (this.#waiting.length > 0 && this.#underWay < this.#gathering.atOnce) void this.#go(this.#take());
    });
  }

  /** The one who waits longest, and all who can go along. */
  #take(): Call<In, Out>[] {
    const [first] = this.#waiting;
    const taken: Call<In, Out>[] = [];
    this.#waiting = this.#waiting.filter((call) => {
      const isTaken = call.key === first?.key && taken.length < this.#gathering.most;
      if (isTaken) taken.push(call);
      return !isTaken;
    });
    return taken;
  }

  async #go(calls: readonly Call<In, Out>[]): Promise<void> {
    this.#underWay += 1;
    try {
      const answers = await this.#gathering.run(
        this.#db,
        calls.map(({ one }) => one),
      );
      for (const [at, call] of calls.entries()) call.resolve(answers[at] as Out);
    } catch (error) {
      for (const call of calls) call.reject(error);
    } finally {
      this.#underWay -= 1;
      this.#callSoon();
    }
  }
}
