/**
 * Work done together: the calls of one turn of the event loop become one statement, or one transaction. A caller alone
 * waits for nobody. While as much is under way as may be, or more than wait, the others wait, and then go together: the
 * busier the database, the more it is given at a time.
 */
import type { Db } from "../db/database.ts";

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

/** What is under way. */
interface Go {
  key: string;
  size: number;
  /** has taken so long that nobody waits for it any more */
  isLate: boolean;
}

const patience = 50; // in milliseconds

class Queue<In, Out> {
  readonly #db: Db;
  readonly #gathering: Gathering<In, Out>;
  #waiting: Call<In, Out>[] = [];
  readonly #underWay = new Set<Go>();
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
    if (this.#isCalled || this.#waiting.length === 0 || this.#underWay.size >= this.#gathering.atOnce) return;
    this.#isCalled = true;
    setImmediate(() => {
      this.#isCalled = false;
      for (let key = this.#next(); key !== undefined; key = this.#next()) void this.#go(key, this.#take(key));
    });
  }

  /**
   * The key of who waits longest among those who may go. Beside others of their key they go only with as many as those
   * have, or when those take their time: who waits for a few more makes fewer goes, each of which costs the same again.
   */
  #next(): string | undefined {
    if (this.#underWay.size >= this.#gathering.atOnce) return undefined;
    const counts = new Map<string, number>();
    for (const { key } of this.#waiting) counts.set(key, (counts.get(key) ?? 0) + 1);
    const underWay = [...this.#underWay];
    for (const [key, count] of counts)
      if (underWay.every((go) => go.key !== key || go.isLate || count >= go.size)) return key;
    return undefined;
  }

  /** All who can go along. */
  #take(key: string): Call<In, Out>[] {
    const taken: Call<In, Out>[] = [];
    this.#waiting = this.#waiting.filter((call) => {
      const isTaken = call.key === key && taken.length < this.#gathering.most;
      if (isTaken) taken.push(call);
      return !isTaken;
    });
    return taken;
  }

  async #go(key: string, calls: readonly Call<In, Out>[]): Promise<void> {
    const own: Go = { key, size: calls.length, isLate: false };
    this.#underWay.add(own);
    const timer = setTimeout(() => {
      own.isLate = true;
      this.#callSoon();
    }, patience);
    try {
      const answers = await this.#gathering.run(
        this.#db,
        calls.map(({ one }) => one),
      );
      for (const [at, call] of calls.entries()) call.resolve(answers[at] as Out);
    } catch (error) {
      for (const call of calls) call.reject(error);
    } finally {
      clearTimeout(timer);
      this.#underWay.delete(own);
      this.#callSoon();
    }
  }
}
