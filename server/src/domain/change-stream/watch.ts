/**
 * Change streams of a process: who may open one and how many, where it begins, and when it ends. Invariant: a stream tells
 * no more than its key may read; the key and the session are looked up again and again, without counting as use, and the
 * stream ends when they do, or may read something else.
 */
import { type Api, type Decoded, DossierError } from "@dossier/api";
import type { Db } from "../../db/database.ts";
import type { Log } from "../../log.ts";
import { type FeedPosition, readFeedEnd } from "../change-feed.ts";
import type { Caller, EventBatch, EventStream, RequestContext, Secret } from "../context.ts";
import { isSigned, sign, signatureLength } from "../encryption.ts";
import { ChangePoller, readEvents } from "./poller.ts";
import { maxPending, type Reach, Subscription } from "./subscription.ts";

/** How many streams there may be in a process: of one key, and of all. */
export interface StreamLimits {
  ofKey: number;
  inAll: number;
}

const defaultLimits: StreamLimits = { ofKey: 50, inAll: 1000 };

/** Between two look-ups of the key and the session of a stream, in milliseconds. */
const recheckMs = 5000;
/** Seconds after which a reader that was refused should come again, at least and at most. */
const comeAgain = { min: 5, max: 15 };

/** What a stream's id says: a position of the feed, and the witness of that time. */
type Position = Pick<FeedPosition, "position" | "witness">;

interface OpenStream {
  keyId: number;
  recheck: () => void;
}

export class ChangeStreams {
  readonly #poller: ChangePoller;
  readonly #db: Db;
  readonly #limits: StreamLimits;
  readonly #open = new Map<Subscription, OpenStream>();
  readonly #counts = { events: 0, resets: 0 };
  #isClosed = false;

  constructor(db: Db, log: Log, limits = defaultLimits) {
    this.#poller = new ChangePoller(db, log);
    this.#db = db;
    this.#limits = limits;
  }

  /** Streams that are open; events and resets that were told. */
  counts(): { open: number; pending: number; events: number; resets: number } {
    const pending = [...this.#open.keys()].reduce((sum, { size }) => sum + size, 0);
    return { open: this.#open.size, pending, ...this.#counts };
  }

  /** Looks up every key and session now: one of them has changed. */
  readonly recheck = (): void => {
    for (const { recheck } of this.#open.values()) recheck();
  };

  /** Ends every stream, and opens no other. */
  close(): void {
    this.#isClosed = true;
    for (const one of this.#open.keys()) one.end();
  }

  /**
   * Opens a stream, which ends with its request.
   *
   * @throws DossierError `rate_limited`, `unavailable` if there are as many as there may be
   */
  async open(
    ctx: RequestContext,
    { seconds, after }: { seconds: number | undefined; after: string | undefined },
  ): Promise<EventStream> {
    const { caller, secret } = ctx;
    this.#assertRoom(caller.keyId);
    const reach = reachOf(caller);
    let lastId: string | undefined;
    let of: unknown;
    const readId = () => {
      const { end } = this.#poller;
      if (!end || end === of) return lastId ?? "";
      of = end;
      return (lastId = encodeId(secret, { position: end.horizon, witness: end.witness }));
    };
    const subscription = new Subscription(reach, readId, ({ events }) => this.#count(events));
    const recheck = () => void this.#recheck(subscription, ctx);
    this.#open.set(subscription, { keyId: caller.keyId, recheck });
    const timers = [setInterval(recheck, recheckMs).unref()];
    const leave = () => {
      for (const timer of timers) clearTimeout(timer);
      this.#open.delete(subscription);
      this.#poller.remove(subscription);
      subscription.end();
    };
    try {
      await this.#begin(subscription, secret, after);
    } catch (error) {
      leave();
      throw error;
    }
    if (seconds !== undefined) timers.push(setTimeout(() => subscription.end(), 1000 * seconds).unref());
    const { signal } = ctx.db.requester;
    signal?.addEventListener("abort", leave);
    if (signal?.aborted) leave();
    return { batches: untilLeft(subscription, leave), ended: subscription.ended, close: leave };
  }

  #assertRoom(keyId: number): void {
    const retryAfter = Math.ceil(comeAgain.min + Math.random() * (comeAgain.max - comeAgain.min));
    const ofKey = [...this.#open.values()].filter((one) => one.keyId === keyId).length;
    if (ofKey >= this.#limits.ofKey)
      throw new DossierError(
        "rate_limited",
        `This key has ${ofKey} streams of changes open, as many as one key may. Close one, or try again in ${retryAfter} s.`,
        { retryAfter },
      );
    if (this.#isClosed || this.#open.size >= this.#limits.inAll)
      throw new DossierError("unavailable", "No more streams of changes can be opened now; try again.", {
        retryAfter,
      });
  }

  /** Lets a subscription begin behind an id, or now: then its reader has to read what it needs. */
  async #begin(subscription: Subscription, secret: Secret, after: string | undefined): Promise<void> {
    const since = after === undefined ? undefined : decodeId(secret, after);
    const isKnown = since && (await readFeedEnd(this.#db, since.witness)).isKnown;
    const { horizon } = await this.#poller.add(subscription);
    if (!since || !isKnown) return subscription.reset();
    const { types, brands } = subscription.reach;
    let read = 0;
    const range = { from: since.position, to: horizon };
    for await (const events of readEvents(this.#db, brands && [...brands], types, range)) {
      for (const event of events) subscription.add(event);
      read += events.length;
      if (read > maxPending) return subscription.reset();
    }
  }

  async #recheck(subscription: Subscription, ctx: RequestContext): Promise<void> {
    try {
      const caller = await ctx.lookUpCaller?.();
      if (caller && !isSame(reachOf(caller), subscription.reach)) subscription.end();
    } catch (error) {
      const isUnknown = error instanceof DossierError && error.code === "unavailable"; // nothing is read then either
      if (!isUnknown) subscription.end();
    }
  }

  #count(events: EventBatch["events"]): void {
    for (const { type } of events)
      if (type === "reset") this.#counts.resets += 1;
      else this.#counts.events += 1;
  }
}

async function* untilLeft(
  subscription: Subscription,
  leave: () => void,
): AsyncGenerator<EventBatch, void, undefined> {
  try {
    yield* subscription.batches();
  } finally {
    leave();
  }
}

function reachOf({ permissions, brands }: Caller): Reach {
  const types = new Set<string>();
  if (permissions.has("CUSTOMER_READ")) types.add("customer");
  if (permissions.has("TICKET_READ")) types.add("ticket");
  return { types, brands: brands && new Set(brands) };
}

function isSame(a: Reach, b: Reach): boolean {
  return fingerprintOf(a) === fingerprintOf(b);
}

function fingerprintOf({ types, brands }: Reach): string {
  return `${[...types].join()} ${brands ? [...brands].sort((one, other) => one - other).join() : "all"}`;
}

const purpose = "cursor";
const list = "changes\n";

function encodeId(secret: Secret, { position, witness }: Position): string {
  const body = JSON.stringify([position, ...witness]);
  return Buffer.concat([sign(secret, purpose, list + body), Buffer.from(body)]).toString("base64url");
}

/** The position of an id; undefined for anything else. */
function decodeId(secret: Secret, id: string): Position | undefined {
  const bytes = Buffer.from(id, "base64url");
  const body = bytes.toString("latin1", signatureLength);
  if (!isSigned(secret, purpose, list + body, bytes.subarray(0, signatureLength))) return undefined;
  const [position = 0, at = 0, entry = 0] = JSON.parse(body) as number[];
  return { position, witness: [at, entry] };
}

/** The stream of changes; the request says behind which id it begins. */
export async function watchChanges(ctx: RequestContext, { seconds }: Decoded<Api["change"]["watch"]>) {
  const { changeStreams, lastEventId } = ctx;
  if (!changeStreams) throw new Error("there are no streams in this service");
  return changeStreams.open(ctx, { seconds, after: lastEventId });
}
