/**
 * The client: one method per endpoint. It encodes inputs for the wire, repeats calls where that is safe, returns results
 * in our spelling, and throws {@link DossierError} for every response that is not a success. Its types are generated from
 * the table (generated/), so that they need no schema library.
 */
import { createDynamicClient, type DynamicClient } from "./dynamic-client.ts";
import type { Methods } from "./generated/methods.ts";
import type { RawClient } from "./generated/raw/methods.ts";
import { mapBody, mapItem } from "./mapper.ts";
import type { CallOptions, ClientOptions, ListOptions, WatchOptions } from "./options.ts";
import { itemsOf } from "./paginate.ts";
import { type Route, routes } from "./route.ts";

/**
 * Every endpoint as a method: `dossier.customer.find({ id: 7 })`. Names are in camelCase in both directions, the custom
 * fields of a customer are in one object `custom`, and a method that reads one item returns the item. Texts that name
 * fields (`field`, `fields`) say the names of the wire.
 *
 * Each method that returns a page of a list (`list`, `listByChannel`, `search`) has a counterpart that iterates
 * over the whole list (`each`, `eachByChannel`, `eachSearch`), item by item, fetching pages as needed. `itemLimit` is
 * the page size; default 99.
 *
 * @example
 * async function countGold(dossier: Client): Promise<number> {
 *   let count = 0;
 *   for await (const customer of dossier.customer.each()) if (customer.custom.tier === "gold") count += 1;
 *   return count;
 * }
 */
export interface Client extends Methods {
  /**
   * The same methods, whose results are as the wire has them: its names, in its envelopes.
   *
   * @example
   * const { item } = await dossier.raw.customer.find({ id: 7 });
   * console.log(item.external_primary_id, item.custom_tier);
   */
  readonly raw: RawClient;
}

/**
 * Creates a client for one server and one key.
 *
 * A call that is rejected temporarily, or gets no response, is retried where that cannot take effect twice: up to four
 * attempts within 70 seconds, honouring `Retry-After`, with jitter.
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
 * const customer = await dossier.customer.find({ id });
 * for await (const { primaryId } of dossier.customer.each({ query: "ada" })) console.log(primaryId, customer.version);
 */
export function createClient(options: ClientOptions): Client {
  const client = createDynamicClient(options);
  return {
    ...methodsOf(client, mapBody, mapItem),
    raw: methodsOf(
      client,
      (_route, body) => body,
      (_route, item) => item,
    ),
  } as unknown as Client;
}

type Fields = Record<string, unknown>;
type Mapper = (route: Route, value: Fields) => unknown;

/** The method that iterates over the list of another: `each` of `list`, `eachTimeline` of `listTimeline`. */
function eachName(verb: string): string {
  return verb.startsWith("list")
    ? verb.replace("list", "each")
    : `each${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
}

/** The method that yields the events of a stream, each mapped. */
function watchMethod(client: DynamicClient, name: string, toEvent: (event: Fields) => unknown) {
  return async function* watchMapped(input?: Fields, options?: WatchOptions): AsyncGenerator {
    for await (const event of client.watch(name, input, options)) yield toEvent(event);
  };
}

/** The methods of every noun, whose bodies and items are mapped. */
function methodsOf(client: DynamicClient, toBody: Mapper, toItem: Mapper): Fields {
  const nouns = Object.entries(routes).map(([noun, verbs]) => {
    const methods = Object.entries(verbs).flatMap(([verb, route]): [string, unknown][] => {
      const name = `${noun}.${verb}`;
      if (route.stream) return [[verb, watchMethod(client, name, (event) => toItem(route, event))]];
      const call = async (input?: Fields, options?: CallOptions) =>
        toBody(route, (await client.call(name, input, options)).body);
      const each = (input?: Fields, options: ListOptions = {}) =>
        itemsOf(client.pages(name, input, options), (item) => toItem(route, item), options);
      return route.list
        ? [
            [verb, call],
            [eachName(verb), each],
          ]
        : [[verb, call]];
    });
    return [noun, Object.fromEntries(methods)] as const;
  });
  return Object.fromEntries(nouns);
}
