/**
 * The client: one method for each endpoint, made from the table. It takes inputs in one spelling, sends what the wire
 * wants, and throws {@link DossierError} for every answer that is not a success.
 */
import { api, type Api, basePath } from "./table.ts";
import { type Endpoint, type Input, type Output, readsBody } from "./endpoint.ts";
import { type Code, codes, DossierError } from "./error.ts";
import { encode } from "./wire.ts";

/** How to reach a Dossier. */
export interface ClientOptions {
  /** where it listens, for example `http://127.0.0.1:8080` */
  url: string;
  /** an API key */
  key: string;
  /** another `fetch`, for tests or proxies */
  fetch?: typeof fetch;
}

/** What goes beside the fields of one call. */
export interface Meta {
  /** sent as `If-Match`: the call fails with `stale_version` if the customer has another version by now */
  ifMatch?: number;
  /** sent as `Idempotency-Key`: a repetition within 24 hours answers what the first call answered */
  idempotencyKey?: string;
  /** gives the call up */
  signal?: AbortSignal;
}

type Call<E extends Endpoint> = (input: Input<E>, meta?: Meta) => Promise<Output<E>>;

/** Every endpoint as a method: `client.customer.find({ id: 7 })`. */
export type Client = {
  [Noun in keyof Api]: {
    [Verb in keyof Api[Noun]]: Api[Noun][Verb] extends Endpoint ? Call<Api[Noun][Verb]> : never;
  };
};

/**
 * Makes a client for one Dossier and one key.
 *
 * @example
 * const dossier = createClient({ url: "http://127.0.0.1:8080", key });
 * const { id } = await dossier.customer.create({ brandId: 1, firstname: "Ada", channels: [{ type: "email", address: "ada@example.org" }] });
 * const { item } = await dossier.customer.find({ id });
 */
export function createClient(options: ClientOptions): Client {
  const nouns = Object.entries(api).map(([noun, verbs]) => {
    const calls = Object.entries(verbs).map(([verb, row]) => [
      verb,
      (input: Record<string, unknown> = {}, meta: Meta = {}) => send(options, row as Endpoint, input, meta),
    ]);
    return [noun, Object.fromEntries(calls) as unknown];
  });
  return Object.fromEntries(nouns) as Client;
}

async function send(
  options: ClientOptions,
  row: Endpoint,
  input: Record<string, unknown>,
  meta: Meta,
): Promise<unknown> {
  const fetchIt = options.fetch ?? fetch;
  const answer = await fetchIt(urlOf(options, row, input), requestOf(options, row, input, meta));
  const body: unknown = await answer.json().catch((error: unknown) => {
    if (error instanceof SyntaxError) return undefined; // not ours; an abort or a cut connection is
    throw error;
  });
  if (answer.ok && typeof body === "object" && body !== null) return body;
  throw errorOf(answer, body);
}

function urlOf(options: ClientOptions, row: Endpoint, input: Record<string, unknown>): URL {
  const path = row.paths[0].replace("{id}", encodeURIComponent(String(input.id)));
  const url = new URL(options.url.replace(/\/+$/, "") + basePath + path);
  if (row.method === "GET")
    for (const [name, value] of Object.entries(encode(row, input)))
      for (const one of [value].flat() as (string | number | boolean | null)[])
        url.searchParams.append(name, String(one ?? ""));
  return url;
}

function requestOf(
  options: ClientOptions,
  row: Endpoint,
  input: Record<string, unknown>,
  meta: Meta,
): RequestInit {
  const headers: Record<string, string> = { apiKey: options.key, accept: "application/json" };
  if (meta.ifMatch !== undefined) headers["if-match"] = `"${meta.ifMatch}"`;
  if (meta.idempotencyKey !== undefined) headers["idempotency-key"] = meta.idempotencyKey;
  const init: RequestInit = { method: row.method, headers };
  if (meta.signal) init.signal = meta.signal;
  const fields = readsBody(row) ? encode(row, input) : {};
  if (readsBody(row) && (row.method !== "DELETE" || Object.keys(fields).length > 0)) {
    headers["content-type"] = "application/json"; // of a DELETE too: whom it is about belongs in no URL
    init.body = JSON.stringify(fields);
  }
  return init;
}

function errorOf(answer: Response, body: unknown): DossierError {
  const sent = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const code: Code =
    typeof sent.code === "string" && Object.hasOwn(codes, sent.code) ? (sent.code as Code) : "internal";
  const retryAfter = Number(answer.headers.get("retry-after") ?? Number.NaN);
  const message = typeof sent.message === "string" ? sent.message : `The server answered ${answer.status}.`;
  return new DossierError(code, message, {
    errors: (sent.errors ?? []) as DossierError["errors"],
    ...(sent.conflict ? { conflict: sent.conflict } : {}),
    ...(Number.isNaN(retryAfter) ? {} : { retryAfter }),
    ...(typeof sent.request_id === "string" ? { requestId: sent.request_id } : {}),
  });
}
