/**
 * Dynamic client: calls an endpoint by a name known only at run time, and returns the response as received. The typed client
 * is built on it, so there is one encoder, one decoder, one pager and one retry policy.
 */
import { type Call, sendWithRetry } from "./call.ts";
import { systemClock } from "./clock.ts";
import type { CallOptions, ClientOptions, ListOptions, WatchOptions } from "./options.ts";
import type { RawPage } from "../envelope.ts";
import { pages } from "./paginate.ts";
import { newIdempotencyKey, requestOf } from "./request.ts";
import type { RawResponse } from "./response.ts";
import { type Route, routes } from "./route.ts";
import { watch } from "./watch.ts";

type Fields = Record<string, unknown>;

/**
 * The endpoints by their names, such as `customer.find`. Inputs have the same fields as those of the typed client, but
 * are not checked here: the server does that. Results are as the wire has them. The methods throw a {@link DossierError} for every response that is not a
 * success, and a RangeError for a name that is not in the table.
 *
 * @example
 * async function countItems(client: DynamicClient, list: string): Promise<number> {
 *   let count = 0;
 *   for await (const { items } of client.pages(list)) count += items.length;
 *   return count;
 * }
 */
export interface DynamicClient {
  /** calls an endpoint */
  call(name: string, input?: Fields, options?: CallOptions): Promise<RawResponse>;
  /** reads a list page by page; `itemLimit` is the page size, default 99 */
  pages(
    name: string,
    input?: Fields,
    options?: ListOptions,
  ): AsyncGenerator<RawPage<Fields>, void, undefined>;
  /** reads a stream of events, and connects again where it breaks */
  watch(name: string, input?: Fields, options?: WatchOptions): AsyncGenerator<Fields, void, undefined>;
}

/**
 * Creates a client for programs that know the names of endpoints only at run time, such as command lines, or that need
 * the response as the server sent it. All others use {@link createClient}.
 *
 * @example
 * const client = createDynamicClient({ url: "http://localhost:8080", key: process.env.API_KEY });
 * const { headers, text } = await client.call("customer.find", { id: 7 });
 * console.log(headers.get("etag"), text);
 */
export function createDynamicClient(options: ClientOptions): DynamicClient {
  const call = async (name: string, input: Fields = {}, callOptions: CallOptions = {}) =>
    sendWithRetry(callOf(options, routeNamed(name), input, callOptions));
  return {
    call,
    watch: (name, input = {}, watchOptions = {}) =>
      watch(callOf(options, routeNamed(name), input, watchOptions), input.seconds !== undefined),
    pages: (name, input = {}, { limit, ...callOptions } = {}) =>
      pages(async (page) => toPage(await call(name, page, callOptions)), input, limit),
  };
}

/** The body of a list's response. */
function toPage({ body }: RawResponse): RawPage<Fields> {
  return body as unknown as RawPage<Fields>;
}

function routeNamed(name: string): Route {
  const [noun = "", verb = "", ...rest] = name.split(".");
  const verbs = rest.length === 0 && Object.hasOwn(routes, noun) ? routes[noun] : undefined;
  const route = verbs && Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (route) return route;
  throw new RangeError(`There is no endpoint ${name}.`);
}

function callOf(options: ClientOptions, route: Route, input: Fields, callOptions: CallOptions): Call {
  const { idempotencyKeys = true, url, key } = options;
  const { ifMatch, wireFields } = callOptions;
  const hasGeneratedKey =
    route.retrySafety === "keyed" && callOptions.idempotencyKey === undefined && idempotencyKeys;
  const idempotencyKey = hasGeneratedKey ? newIdempotencyKey() : callOptions.idempotencyKey;
  const keyless = route.retrySafety === "keyed" && idempotencyKey === undefined;
  const retry = callOptions.retry ?? options.retry ?? {};
  return {
    route,
    request: requestOf(url, key, route, input, { ifMatch, idempotencyKey, wireFields }),
    retrySafety: keyless ? "acts" : route.retrySafety,
    conditional: ifMatch !== undefined,
    hasGeneratedKey,
    fetch: options.fetch ?? fetch,
    clock: options.clock ?? systemClock,
    signal: callOptions.signal,
    timeout: callOptions.timeout ?? options.timeout ?? 70_000,
    tryTimeout: callOptions.tryTimeout ?? options.tryTimeout ?? 30_000,
    retry: retry === false ? { attempts: 1 } : retry,
  };
}
