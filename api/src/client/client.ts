/**
 * The client: one method for each endpoint, made from the table. It takes inputs in one spelling, sends what the wire
 * wants, sends it again where that is safe, and throws {@link DossierError} for every answer that is not a success.
 */
import { type Clock, systemClock } from "./clock.ts";
import { type Call as Sending, perform } from "./call.ts";
import { readAll } from "./paginate.ts";
import { freshKey, requestOf } from "./request.ts";
import type { Endpoint, Input, Output } from "../endpoint.ts";
import type { Page } from "../page.ts";
import type { RetryOptions } from "./retry.ts";
import { type Route, routes } from "./route.ts";
import type { Api } from "../table.ts";

/** What holds for a client's calls, or for one call. */
interface Patience {
  /** milliseconds in all for a call, its repetitions and the waits between included; default 70,000 */
  timeout?: number;
  /** milliseconds for each try of it; default 30,000 */
  tryTimeout?: number;
  /** how calls are tried again; `false`: never */
  retry?: RetryOptions | false;
}

/**
 * How to reach a Dossier, and how patiently.
 *
 * @example
 * const options: ClientOptions = { url: "http://localhost:8080", key: "dsr_…", retry: { attempts: 6 } };
 */
export interface ClientOptions extends Patience {
  /** where it listens, for example `http://127.0.0.1:8080` */
  url: string;
  /** an API key; without one only the cookie of a session is sent, by browsers */
  key?: string | undefined;
  /** another `fetch`, for tests or proxies */
  fetch?: typeof fetch;
  /** whether a call that has an effect gets an `Idempotency-Key` of its own where it can have one; default true */
  idempotencyKeys?: boolean;
  /** for tests: what the client waits and draws lots with */
  clock?: Clock;
}

/**
 * What goes beside the fields of one call.
 *
 * @example
 * await dossier.customer.update({ id: 7, lastname: "King" }, { ifMatch: 3, timeout: 2000 });
 */
export interface Meta extends Patience {
  /** sent as `If-Match`: the call fails with `stale_version` if the customer has another version by now */
  ifMatch?: number;
  /**
   * sent as `Idempotency-Key`: a repetition within 24 hours answers what the first call answered. Only needed to repeat
   * a call from another process: within one, the client makes a key for each call
   */
  idempotencyKey?: string;
  /** gives the call up at once, also in a wait; what is thrown is the signal's reason */
  signal?: AbortSignal;
}

/**
 * What goes beside the fields when a list is read to its end.
 *
 * @example
 * for await (const brand of dossier.brand.each({}, { limit: 10 })) console.log(brand.name);
 */
export interface ListMeta extends Omit<Meta, "ifMatch" | "idempotencyKey"> {
  /** how many items at most; default all of them */
  limit?: number;
}

/** The input may be left out where nothing of it is required. */
type Call<E extends Endpoint> =
  Record<string, never> extends Input<E>
    ? (input?: Input<E>, meta?: Meta) => Promise<Output<E>>
    : (input: Input<E>, meta?: Meta) => Promise<Output<E>>;

type Item<E extends Endpoint> =
  Output<E> extends { nextCursor: string | null; items: (infer T)[] } ? T : never;

type Each<E extends Endpoint> =
  Record<string, never> extends Input<E>
    ? (input?: Input<E>, meta?: ListMeta) => AsyncGenerator<Item<E>, void, undefined>
    : (input: Input<E>, meta?: ListMeta) => AsyncGenerator<Item<E>, void, undefined>;

type Methods<Verbs> = {
  [Verb in keyof Verbs]: Verbs[Verb] extends Endpoint ? Call<Verbs[Verb]> : never;
} & {
  [Verb in keyof Verbs as Verb extends `list${infer Which}`
    ? `each${Which}`
    : never]: Verbs[Verb] extends Endpoint ? Each<Verbs[Verb]> : never;
};

/**
 * Every endpoint as a method: `dossier.customer.find({ id: 7 })`. Beside each method that answers a page of a list
 * (`list`, `listByChannel`, `listTimeline`) stands one that reads the list to its end (`each`, `eachByChannel`,
 * `eachTimeline`): one item after the other, page by page. `itemLimit` is how many come with a page; default 99.
 *
 * @example
 * async function countGold(dossier: Client): Promise<number> {
 *   let count = 0;
 *   for await (const customer of dossier.customer.each()) if (customer.custom_tier === "gold") count += 1;
 *   return count;
 * }
 */
export type Client = { [Noun in keyof Api]: Methods<Api[Noun]> };

/**
 * Makes a client for one Dossier and one key.
 *
 * A call that is refused for the moment, or gets no answer, is tried again where that cannot do anything twice: up to
 * four times within 70 seconds, as `Retry-After` says, with jitter.
 *
 * @example
 * import { createClient } from "@dossier/api";
 *
 * const dossier = createClient({ url: "http://localhost:8080", key: process.env.API_KEY });
 * const { id } = await dossier.customer.resolve({
 *   brandId: 1,
 *   primaryId: "K-17",
 *   channels: [{ type: "email", address: "ada@example.org" }],
 * });
 * const { item } = await dossier.customer.find({ id });
 * for await (const customer of dossier.customer.each({ query: "ada" })) console.log(customer.id, item.version);
 */
export function createClient(options: ClientOptions): Client {
  const nouns = Object.entries(routes).map(([noun, verbs]) => {
    const methods = Object.entries(verbs).flatMap(([verb, route]) => methodsOf(options, verb, route));
    return [noun, Object.fromEntries(methods) as unknown];
  });
  return Object.fromEntries(nouns) as Client;
}

type Fields = Record<string, unknown>;

function methodsOf(options: ClientOptions, verb: string, route: Route): [string, unknown][] {
  const send = async (input: Fields = {}, meta: Meta = {}) => perform(sendingOf(options, route, input, meta));
  const each = (input: Fields = {}, { limit, ...meta }: ListMeta = {}) =>
    readAll(async (page) => (await send(page, meta)) as Page<unknown>, input, { limit, signal: meta.signal });
  return route.list
    ? [
        [verb, send],
        [verb.replace("list", "each"), each],
      ]
    : [[verb, send]];
}

function sendingOf(options: ClientOptions, route: Route, input: Fields, meta: Meta): Sending {
  const { idempotencyKeys = true, url, key } = options;
  const ownKey = route.repetition === "keyed" && meta.idempotencyKey === undefined && idempotencyKeys;
  const idempotencyKey = ownKey ? freshKey() : meta.idempotencyKey;
  const keyless = route.repetition === "keyed" && idempotencyKey === undefined;
  const retry = meta.retry ?? options.retry ?? {};
  return {
    route,
    request: requestOf(url, key, route, input, { ifMatch: meta.ifMatch, idempotencyKey }),
    repetition: keyless ? "acts" : route.repetition,
    conditional: meta.ifMatch !== undefined,
    ownKey,
    fetch: options.fetch ?? fetch,
    clock: options.clock ?? systemClock,
    signal: meta.signal,
    timeout: meta.timeout ?? options.timeout ?? 70_000,
    tryTimeout: meta.tryTimeout ?? options.tryTimeout ?? 30_000,
    retry: retry === false ? { attempts: 1 } : retry,
  };
}
