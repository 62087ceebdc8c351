/**
 * The workers: forked on one port, started again when they die, ended in order. Nobody restarts what could not be
 * started the first time: that is told, and ends the start.
 */
import cluster, { type Worker } from "node:cluster";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../log.ts";
import { type Asked, type End, type Line, openLine } from "./ipc.ts";
import type { OfPrimary, OfWorker } from "./ipc-protocol.ts";

/** A worker process. */
export interface Member {
  pid: number | undefined;
  line: Line<OfWorker>;
  /** where it answers, once it does; rejects when it ends before */
  ready: Promise<string>;
  /** why it ended, once it has */
  ended: Promise<string>;
  isGone: boolean;
}

/** What a worker asks of those who keep the crew. */
export type Duties = Omit<Asked<OfPrimary>, "ready" | "refused">;

/** Who is told and asked about members. */
export interface Keeper {
  log: Log;
  dutiesOf(member: () => Member): Duties;
  /** somebody answers there who did not before */
  joined(url: string): void;
  left(member: Member): void;
}

const shortestPause = 100;
const longestPause = 5_000;
/** A worker that has lived so long was no failed start. */
const soundLife = 10_000;
/** Longer than a worker takes to finish what is under way. */
const stopPatience = 8_000;

/** So many workers, for as long as they are wanted. */
export class Crew {
  readonly members = new Set<Member>();
  readonly #keeper: Keeper;
  readonly #stopping = new AbortController();

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
    cluster.schedulingPolicy = cluster.SCHED_RR;
    cluster.setupPrimary({ exec: process.argv[1] ?? "", args: ["worker"], serialization: "advanced" });
  }

  /**
   * Starts them. Answers where they answer, once all do.
   *
   * @throws the error of the first that cannot start, as far as it told one
   */
  async start(size: number): Promise<string> {
    const members = Array.from({ length: size }, () => this.#launch());
    const [url = ""] = await Promise.all(members.map((member) => member.ready));
    for (const member of members) void this.#keepUp(member);
    return url;
  }

  /** Lets all finish what they do; who does not end by then is ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.members].map((member) => this.#end(member)));
  }

  async #end({ pid, line, ended }: Member): Promise<void> {
    line.ask("stop").catch(() => undefined);
    const limit = setTimeout(() => {
      this.#keeper.log.warn({ worker: pid }, "a worker did not end in time and is killed");
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    }, stopPatience);
    await ended;
    clearTimeout(limit);
  }

  #launch(): Member {
    const worker = cluster.fork();
    const ended = endOf(worker);
    let [succeed, fail] = [(_url: string) => {}, (_error: Error) => {}];
    const ready = new Promise<string>((resolve, reject) => ([succeed, fail] = [resolve, reject]));
    ready.catch(() => undefined); // whoever waits is told
    const line = openLine<OfWorker, OfPrimary>(endAt(worker), {
      ...this.#keeper.dutiesOf(() => member),
      ready: succeed,
      refused: ({ message, code }) => fail(Object.assign(new Error(message), { code })),
    });
    const member: Member = { pid: worker.process.pid, line, ready, ended, isGone: false };
    this.members.add(member);
    void ended.then((reason) => {
      line.close();
      member.isGone = true;
      this.members.delete(member);
      fail(new Error(`A worker ended while starting (${reason}).`));
      this.#keeper.left(member);
    });
    return member;
  }

  async #keepUp(first: Member): Promise<void> {
    const { log, joined } = this.#keeper;
    let member = first;
    for (let pause = shortestPause; ; pause = Math.min(2 * pause, longestPause)) {
      const begun = performance.now();
      const reason = await member.ended;
      if (this.#stopping.signal.aborted) return;
      if (performance.now() - begun > soundLife) pause = shortestPause;
      log.error({ worker: member.pid, reason }, "a worker ended unexpectedly; starting another");
      const inTime = await delay(pause, true, { signal: this.#stopping.signal }).catch(() => false);
      if (!inTime) return;
      member = this.#launch();
      const { pid } = member;
      member.ready.then(
        (url) => {
          log.info({ worker: pid }, "another worker answers");
          joined(url);
        },
        (error: unknown) => log.error({ worker: pid, err: error }, "a worker could not start"),
      );
    }
  }
}

function endAt(worker: Worker): End {
  return {
    send: (message, failed) => void worker.send(message, (error) => error && failed(error)),
    listen: (hear) => void worker.on("message", hear),
  };
}

/** One that could not be forked ends with an error instead of an exit. */
function endOf(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.on("exit", (code, signal) => resolve(signal || `exit code ${code}`));
    worker.on("error", (error) => {
      if (worker.process.pid === undefined) resolve(error.message);
    });
  });
}
