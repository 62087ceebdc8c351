/**
 * What an endpoint is: one row of data from which routing, decoding, permission, answers, the client, the OpenAPI
 * document and the tests over the whole table are read. Nothing about an endpoint is written anywhere else but its
 * one line in the server's handlers.
 */
import type * as z from "zod";
import type { Code } from "./error.ts";

/**
 * What a key can be allowed to do.
 *
 * @example
 * await dossier.key.create({ name: "auditor", permissions: permissions.filter((one) => one.endsWith("_READ")) });
 */
export const permissions = [
  "CUSTOMER_READ",
  "CUSTOMER_CUD",
  "CHANNEL_READ",
  "CHANNEL_CUD",
  "TICKET_READ",
  "TICKET_CREATE",
  "TICKET_UPDATE",
  "MESSAGE_CREATE",
  "SETTINGS_CRUD",
] as const;

/**
 * One of the things a key can be allowed to do.
 *
 * @example
 * const shop: Permission[] = ["CUSTOMER_READ", "CUSTOMER_CUD"];
 * const { key } = await dossier.key.create({ name: "webshop", permissions: shop, brandIds: [1] });
 */
export type Permission = (typeof permissions)[number];

/**
 * Where every endpoint's path begins.
 *
 * @example
 * const address = `http://localhost:8080${basePath}${api.customer.find.paths[0]}`;
 */
export const basePath = "/api/v2";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/**
 * An endpoint: one row of the table.
 *
 * @example
 * const row: Endpoint = api.customer.find;
 * `${row.method} ${row.paths[0]} needs ${row.permission}`; // "GET /customer/{id} needs CUSTOMER_READ"
 */
export interface Endpoint<In extends z.ZodObject = z.ZodObject, Out extends z.ZodType = z.ZodType> {
  method: Method;
  /** below /api/v2; the first is the one documents and the client use */
  paths: readonly [string, ...string[]];
  /** "any" is any valid key */
  permission: Permission | "any";
  /** what a 404 names */
  about: string;
  summary: string;
  description?: string;
  input: In;
  output: Out;
  /** codes beyond those that any endpoint can answer */
  errors: readonly Code[];
  /** names on the wire that are not the snake_case of ours */
  spelling?: Partial<Record<Extract<keyof z.output<In>, string>, string>>;
  /** an operation of the original controller: aliases of identifiers, names in any case */
  original?: true;
  /** of each of these groups of our fields at least one must be there; faults name `field`, or the first's name */
  needs?: readonly { anyOf: readonly [string, ...string[]]; field?: string; message: string }[];
  /** bare names may be custom fields of the brand */
  bareCustom?: true;
  /** a POST that only reads: fields may also come in the query, and nothing is kept for a retry */
  search?: true;
  /** a POST that changes nothing: of what it answers nothing is kept, neither for a retry nor in the trail */
  trial?: true;
  /** honours If-Match */
  ifMatch?: true;
  /** answers an ETag */
  etag?: true;
  /** answers a secret, which must not be kept for a retry */
  secret?: true;
  /** sets the session cookie, or takes it away */
  cookie?: "opens" | "closes";
}

/** Writes an endpoint down with its types kept. */
export function endpoint<In extends z.ZodObject, Out extends z.ZodType>(
  row: Endpoint<In, Out>,
): Endpoint<In, Out> {
  return row;
}

/**
 * What a caller of the client passes.
 *
 * @example
 * const input: Input<Api["customer"]["resolve"]> = { brandId: 1, primaryId: "K-17", custom: { tier: "gold" } };
 * await dossier.customer.resolve(input);
 */
export type Input<E extends Endpoint> = z.input<E["input"]>;
/**
 * What the decoder hands to the domain.
 *
 * @example
 * function isStrict({ noSync }: Decoded<Api["customer"]["create"]>): boolean {
 *   return noSync === true;
 * }
 */
export type Decoded<E extends Endpoint> = z.output<E["input"]>;
/**
 * What the endpoint answers.
 *
 * @example
 * function isNew(result: Output<Api["customer"]["resolve"]>): boolean {
 *   return result.outcome === "created";
 * }
 */
export type Output<E extends Endpoint> = z.output<E["output"]>;

/**
 * Whether the endpoint's fields may come in the query string.
 *
 * @example
 * readsQuery(api.customer.listByChannel); // true: a search
 */
export function readsQuery(row: Endpoint): boolean {
  return row.method === "GET" || row.method === "DELETE" || row.search === true;
}

/**
 * Whether the endpoint takes fields from a body.
 *
 * @example
 * readsBody(api.customer.find); // false: a GET
 */
export function readsBody(row: Endpoint): boolean {
  return row.method !== "GET";
}

/** Codes that any endpoint can answer, whatever its row says. */
export function errorsOf(row: Endpoint): Code[] {
  const always: Code[] = ["invalid_request", "invalid_field", "missing_key", "invalid_key", "rate_limited"];
  const body: Code[] = readsBody(row) ? ["too_large", "unsupported_media_type"] : [];
  const permission: Code[] = row.permission === "any" ? [] : ["permission_missing"];
  const retry: Code[] = keepsAnswer(row) ? ["idempotency_conflict"] : [];
  const stale: Code[] = row.ifMatch ? ["stale_version"] : [];
  const own = [...always, ...body, ...permission, ...row.errors, ...stale, ...retry];
  return [...new Set<Code>([...own, "internal", "unavailable"])];
}

/**
 * Whether an Idempotency-Key counts here.
 *
 * @example
 * keepsAnswer(api.customer.create); // true
 * keepsAnswer(api.key.create); // false: it answers a secret
 */
export function keepsAnswer(row: Endpoint): boolean {
  return row.method === "POST" && !row.search && !row.trial && !row.secret;
}
