/**
 * The client: one method per endpoint, generated from the table. It encodes inputs for the wire, repeats calls where
 * that is safe, and throws {@link DossierError} for every response that is not a success.
 */
import type { Endpoint, Input, Output } from "../endpoint.ts";
import type { CallOptions, ClientOptions, ListOptions } from "./options.ts";
import { itemsOf } from "./paginate.ts";
import { createRawClient, type RawClient } from "./raw-client.ts";
import { type Route, routes } from "./route.ts";
import type { Api } from "../table.ts";
import type { CustomerChange } from "../endpoints/customer-shape.ts";
import type { Page } from "../page.ts";

/** The input is optional where none of its fields is required. */
type Method<E extends Endpoint> =
  Record<string, never> extends Input<E>
    ? (input?: Input<E>, meta?: CallOptions) => Promise<Output<E>>
    : (input: Input<E>, meta?: CallOptions) => Promise<Output<E>>;

type Item<E extends Endpoint> =
  Output<E> extends { nextCursor: string | null; items: (infer T)[] } ? T : never;

type EachMethod<E extends Endpoint> =
  Record<string, never> extends Input<E>
    ? (input?: Input<E>, meta?: ListOptions) => AsyncGenerator<Item<E>, void, undefined>
    : (input: Input<E>, meta?: ListOptions) => AsyncGenerator<Item<E>, void, undefined>;

type Methods<Verbs> = {
  [Verb in keyof Verbs]: Verbs[Verb] extends Endpoint ? Method<Verbs[Verb]> : never;
} & {
  [Verb in keyof Verbs as Verb extends `list${infer Which}`
    ? `each${Which}`
    : never]: Verbs[Verb] extends Endpoint ? EachMethod<Verbs[Verb]> : never;
};

type Feed = Input<Api["customer"]["list"]> & { updatedSince: Date | string };

/** With `updatedSince` a list is the feed of changes, and its items may be deleted customers. */
interface ChangeMethods {
  list(input: Feed, meta?: CallOptions): Promise<Page<CustomerChange>>;
  each(input: Feed, meta?: ListOptions): AsyncGenerator<CustomerChange, void, undefined>;
}

/**
 * Every endpoint as a method: `dossier.customer.find({ id: 7 })`. Each method that returns a page of a list (`list`,
 * `listByChannel`, `listTimeline`) has a counterpart that iterates over the whole list (`each`, `eachByChannel`,
 * `eachTimeline`), item by item, fetching pages as needed. `itemLimit` is the page size; default 99.
 *
 * @example
 * async function countGold(dossier: Client): Promise<number> {
 *   let count = 0;
 *   for await (const customer of dossier.customer.each()) if (customer.custom_tier === "gold") count += 1;
 *   return count;
 * }
 */
export type Client = { customer: ChangeMethods } & { [Noun in keyof Api]: Methods<Api[Noun]> };

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
 * const { item } = await dossier.customer.find({ id });
 * for await (const customer of dossier.customer.each({ query: "ada" })) console.log(customer.id, item.version);
 */
export function createClient(options: ClientOptions): Client {
  const raw = createRawClient(options);
  const nouns = Object.entries(routes).map(([noun, verbs]) => {
    const methods = Object.entries(verbs).flatMap(([verb, route]) => methodsOf(raw, noun, verb, route));
    return [noun, Object.fromEntries(methods) as unknown];
  });
  return Object.fromEntries(nouns) as Client;
}

type Fields = Record<string, unknown>;

function methodsOf(raw: RawClient, noun: string, verb: string, route: Route): [string, unknown][] {
  const name = `${noun}.${verb}`;
  const call = async (input?: Fields, options?: CallOptions) => (await raw.call(name, input, options)).body;
  const each = (input?: Fields, options: ListOptions = {}) =>
    itemsOf(raw.pages(name, input, options), options);
  const own: [string, unknown] = [verb, call];
  return route.list ? [own, [verb.replace("list", "each"), each]] : [own];
}
