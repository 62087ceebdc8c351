/**
 * Poller: one reader of the change feed for all streams of a process, which reads only while a stream is open. Invariant:
 * each range of the feed is read once and offered to every subscription before its end becomes the id of a stream, so
 * that a reader which goes on behind an id has missed nothing. Writers are not slowed: nothing notifies inside their
 * transactions, and while no transaction has ended a look costs one row.
 */
import type { Db } from "../../db/database.ts";
import type { Log } from "../../log.ts";
import { readVisibleBrandIds } from "../brand/brand.ts";
import { changedKinds, eachChange, type FeedEnd, readFeedEnd, type RecordChange } from "../change-feed.ts";
import { commandCommitted } from "../command.ts";
import { readCustomersOfTickets } from "../ticket/row.ts";
import type { RecordEvent, Subscription } from "./subscription.ts";

/** Between two looks, in milliseconds; sooner after a commit of this process. */
const intervalMs = 300;
const soonMs = 20;
/** A look rests for so many times as long as it took: at most a tenth of one connection is used. */
const restFactor = 9;
/** After a failure, in milliseconds. */
const retryMs = 1000;
const chunkSize = 500;

type Scope = readonly number[] | null;

export class ChangePoller {
  readonly #subscriptions = new Set<Subscription>();
  readonly #db: Db;
  readonly #log: Log;
  #end: FeedEnd | undefined;
  #starting: Promise<FeedEnd> | undefined;
  /** the look in progress */
  #looking: Promise<void> | undefined;
  #timer: { handle: NodeJS.Timeout; at: number } | undefined;
  #restUntil = 0;
  /** a transaction has ended during the look in progress */
  #isStale = false;

  constructor(db: Db, log: Log) {
    this.#db = db;
    this.#log = log;
  }

  /** How far the feed has been read. */
  get end(): FeedEnd | undefined {
    return this.#end;
  }

  /** Adds a subscription, and returns where it begins: what is in the feed from there on is offered to it. */
  async add(subscription: Subscription): Promise<FeedEnd> {
    // Never during a look: of that the subscription would get the second half only.
    while (!this.#end || this.#looking)
      if (this.#looking) await this.#looking;
      else await this.#start();
    this.#subscriptions.add(subscription);
    return this.#end;
  }

  /** Removes a subscription; with the last one the reading ends. */
  remove(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    if (this.#subscriptions.size > 0) return;
    this.#end = undefined;
    this.#db.notifications.off(commandCommitted, this.#lookSoon);
    clearTimeout(this.#timer?.handle);
    this.#timer = undefined;
  }

  async #start(): Promise<void> {
    this.#starting ??= readFeedEnd(this.#db).finally(() => (this.#starting = undefined));
    const end = await this.#starting;
    if (this.#end || this.#looking) return;
    this.#end = end;
    this.#db.notifications.on(commandCommitted, this.#lookSoon);
    this.#schedule(intervalMs);
  }

  readonly #lookSoon = () => {
    if (this.#looking) this.#isStale = true;
    else this.#schedule(soonMs);
  };

  /** The earliest of what was asked for counts. */
  #schedule(milliseconds: number): void {
    const at = Math.max(performance.now() + milliseconds, this.#restUntil);
    if (this.#timer && this.#timer.at <= at) return;
    clearTimeout(this.#timer?.handle);
    const look = () => {
      this.#timer = undefined;
      this.#isStale = false;
      if (this.#end) this.#looking = this.#look(this.#end);
    };
    this.#timer = { handle: setTimeout(look, Math.max(0, at - performance.now())).unref(), at };
  }

  async #look(begun: FeedEnd): Promise<void> {
    const startedAt = performance.now();
    let wait = intervalMs;
    try {
      await this.#readFrom(begun);
      this.#restUntil = performance.now() + restFactor * (performance.now() - startedAt);
      if (this.#isStale) wait = soonMs;
    } catch (error) {
      this.#log.warn({ err: error }, "the feed of changes could not be read");
      wait = retryMs;
    }
    this.#looking = undefined;
    if (this.#end) this.#schedule(wait);
  }

  async #readFrom(begun: FeedEnd): Promise<void> {
    const end = await readFeedEnd(this.#db);
    if (end.horizon > begun.horizon) await this.#offer(begun.horizon, end.horizon);
    if (this.#end !== begun) return; // all streams have ended meanwhile
    this.#end = end;
    for (const one of this.#subscriptions) one.wake();
  }

  async #offer(from: number, to: number): Promise<void> {
    const wanted = [...this.#subscriptions].map(({ reach }) => reach);
    const types = new Set(wanted.flatMap((reach) => [...reach.types]));
    const scope = wanted.some(({ brands }) => brands === null)
      ? null
      : [...new Set(wanted.flatMap(({ brands }) => [...(brands ?? [])]))];
    for await (const events of readEvents(this.#db, scope, types, { from, to })) {
      const byBrand = groupByBrand(events);
      for (const one of this.#subscriptions) one.addOfBrands(byBrand);
    }
  }
}

function groupByBrand(events: readonly RecordEvent[]): Map<number, RecordEvent[]> {
  const byBrand = new Map<number, RecordEvent[]>();
  for (const event of events) {
    const known = byBrand.get(event.brand_id);
    if (known) known.push(event);
    else byBrand.set(event.brand_id, [event]);
  }
  return byBrand;
}

/** The changes of kinds and brands between two positions, as events, in chunks. */
export async function* readEvents(
  db: Db,
  scope: Scope,
  types: ReadonlySet<string>,
  { from, to }: { from: number; to: number },
): AsyncGenerator<RecordEvent[], void, undefined> {
  const brandIds = scope ?? (await readVisibleBrandIds(db, null));
  const range = { from, to, limit: chunkSize };
  if (types.has("customer"))
    for await (const rows of eachChange(db, { kind: changedKinds.customer, brandIds }, range))
      yield rows.map(({ id, brand_id }) => ({ type: "customer", id, brand_id }));
  if (types.has("ticket"))
    for await (const rows of eachChange(db, { kind: changedKinds.ticket, brandIds }, range))
      yield await ticketEvents(db, rows);
}

async function ticketEvents(db: Db, rows: readonly RecordChange[]): Promise<RecordEvent[]> {
  const customers = await readCustomersOfTickets(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map(({ id, brand_id }) => ({
    type: "ticket",
    id,
    brand_id,
    customer_id: customers.get(id) ?? null,
  }));
}
