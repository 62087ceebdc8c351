// Event-loop watcher: measures how long one request blocks the loop in one turn. A turn is one callback of libuv with
// the microtasks and ticks after it; nothing else can run before it ends. Time is charged to the request in whose async
// context the code runs, so a test's own code, which runs outside of any, is not counted.
//
// CPU time counts, minus garbage collection: a busy machine makes no request slow. Other threads add to the CPU time
// where Node cannot separate them; it is never taken for more than the elapsed time.
import { AsyncLocalStorage, createHook, executionAsyncResource } from "node:async_hooks";
import { type IncomingMessage, Server } from "node:http";
import { type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import pg from "pg";
import { readCpu } from "../cpu-time.ts";

/** How long one request may block the event loop, in milliseconds. */
export const holdLimit = 100;
const noticed = 20; // so that a test may set a lower limit

/** A request that blocked the event loop for longer in one turn. */
export interface Hold {
  /** the method and the path */
  who: string;
  milliseconds: number;
}

/** Work whose time is counted. */
interface Work {
  who: string;
  /** in the current turn */
  spent: number;
}

/** A candidate: its garbage collection is known only later. */
interface Long {
  who: string;
  from: number;
  to: number;
  spent: number;
  cpu: number;
}

const context = new AsyncLocalStorage<Work | undefined>();
const entered: (Work | undefined)[] = []; // innermost last, as callbacks nest
const charged = new Set<Work>(); // in this turn
const collections: { from: number; to: number }[] = [];
let long: Long[] = [];
let mark = 0; // until when time is charged
let begun = 0; // when the turn began
let cpu = { at: 0, used: 0 };

/** In milliseconds: readings of the CPU time are reused for that long, because each costs a system call. */
const freshness = 5;

function charge(now: number): void {
  const work = entered.at(-1);
  if (work) {
    work.spent += now - mark;
    charged.add(work);
  }
  mark = now;
}

function enter(work: Work | undefined): void {
  charge(performance.now());
  entered.push(work);
}

function leave(): void {
  charge(performance.now());
  entered.pop();
}

function beginTurn(): void {
  endTurn();
  begun = performance.now();
  if (begun - cpu.at > freshness) cpu = { at: begun, used: readCpu() };
}

function endTurn(): void {
  for (const work of charged) {
    const { who, spent } = work;
    if (spent > noticed) long.push({ who, spent, from: begun, to: mark, cpu: readCpu() - cpu.used });
    work.spent = 0;
  }
  charged.clear();
}

/** Ticks are plain objects, and microtasks of `queueMicrotask` plain resources. Anything else begins a turn. */
function isWithinTurn(resource: object): boolean {
  return (
    resource instanceof Promise ||
    resource.constructor === Object ||
    resource.constructor.name === "AsyncResource"
  );
}

/** Runs a function on account of some work, with everything that it starts. */
function during<T>(work: Work | undefined, run: () => T): T {
  enter(work);
  try {
    return context.run(work, run);
  } finally {
    leave();
  }
}

/** Starts to watch every request of the servers in this process. */
export function startWatching(): void {
  chargeRequests();
  chargeRows();
  createHook({
    before() {
      if (entered.length === 0 && !isWithinTurn(executionAsyncResource())) beginTurn();
      enter(context.getStore());
    },
    after: leave,
  }).enable();
  process.on("uncaughtExceptionMonitor", () => void (entered.length = 0)); // no `after` follows
  new PerformanceObserver((list) => keepCollections(list.getEntries())).observe({ entryTypes: ["gc"] });
}

function keepCollections(entries: readonly PerformanceEntry[]): void {
  for (const { startTime, duration } of entries)
    collections.push({ from: startTime, to: startTime + duration });
}

type Emit = (name: string, ...values: unknown[]) => boolean;

function chargeRequests(): void {
  const emit = Server.prototype.emit as Emit;
  Server.prototype.emit = function (this: Server, name: string, ...values: unknown[]): boolean {
    if (name !== "request") return emit.call(this, name, ...values);
    const { method, url = "" } = values[0] as IncomingMessage;
    const who = `${method} ${url.split("?", 1)[0]}`;
    return during({ who, spent: 0 }, () => emit.call(this, name, ...values));
  };
}

type Query = (this: pg.PoolClient, ...asked: unknown[]) => unknown;

/** Rows arrive in the context of their connection: they are charged to the request that queried it last. */
function chargeRows(): void {
  const askers = new WeakMap<object, Work | undefined>();
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  prototype.query = function (this: pg.PoolClient, ...asked: unknown[]): unknown {
    const { stream } = this.connection;
    if (!askers.has(stream)) {
      const emit = stream.emit.bind(stream) as Emit;
      stream.emit = (name: string, ...values: unknown[]) =>
        name === "data" ? during(askers.get(stream), () => emit(name, ...values)) : emit(name, ...values);
    }
    askers.set(stream, context.getStore());
    return query.apply(this, asked);
  };
}

/** Takes the holds since the last call that were longer than `limit`. */
export async function takeHolds(limit = holdLimit): Promise<Hold[]> {
  await new Promise((done) => void setImmediate(done)); // a turn ends where the next begins
  if (long.length > 0) await new Promise((done) => void setTimeout(done, 10)); // collections are reported late
  const holds = long.flatMap(({ who, from, to, spent, cpu: used }) => {
    const collected = collections.reduce((sum, one) => sum + overlap(one, { from, to }), 0);
    const running = Math.min(1, used / (to - from)); // the part of the time in which the machine let it run
    const milliseconds = Math.round((spent - collected) * running);
    return milliseconds > limit ? [{ who, milliseconds }] : [];
  });
  long = [];
  collections.length = 0;
  return holds;
}

interface Span {
  from: number;
  to: number;
}

function overlap(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.to, other.to) - Math.max(one.from, other.from));
}
