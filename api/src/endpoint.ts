/**
 * Endpoint rows: an endpoint is one row of data. Routing, decoding, permission, response, client, OpenAPI document and
 * the tests over the whole table derive from it; only its handler is written elsewhere, as one line.
 */
import type * as z from "zod";
import type { Code } from "./error.ts";

/**
 * The permissions of a key.
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
  "METRICS_READ",
  "AUDIT_READ",
  "WEBHOOK_CUD",
] as const;

/**
 * One permission of a key.
 *
 * @example
 * const shop: Permission[] = ["CUSTOMER_READ", "CUSTOMER_CUD"];
 * const { key } = await dossier.key.create({ name: "webshop", permissions: shop, brandIds: [1] });
 */
export type Permission = (typeof permissions)[number];

/**
 * The parts of SETTINGS_CRUD that a key can have alone: a key with SETTINGS_CRUD has them all.
 *
 * @example
 * partsOfSettings.has("AUDIT_READ"); // true
 */
export const partsOfSettings: ReadonlySet<Permission> = new Set([
  "METRICS_READ",
  "AUDIT_READ",
  "WEBHOOK_CUD",
]);

/**
 * Whether a key with these permissions may do what needs this one.
 *
 * @example
 * const held = new Set<Permission>(["SETTINGS_CRUD"]);
 * includesPermission(held, "METRICS_READ"); // true
 */
export function includesPermission(held: ReadonlySet<Permission>, needed: Permission): boolean {
  return held.has(needed) || (partsOfSettings.has(needed) && held.has("SETTINGS_CRUD"));
}

/**
 * The path prefix of every endpoint.
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
  /** below /api/v2; documents and the client use the first */
  paths: readonly [string, ...string[]];
  /** "any": every valid key */
  permission: Permission | "any";
  /**
   * The owner of what the endpoint reads or changes. `brands`: brands, and the operation is limited to those that the
   * key sees. `installation`: all brands together, so the endpoint requires a key for all brands. `shared`: the same
   * for every key, and read-only here.
   */
  scope: "brands" | "installation" | "shared";
  /** the entity that a 404 names */
  entity: string;
  summary: string;
  description?: string;
  input: In;
  output: Out;
  /** error codes beyond those of every endpoint */
  errors: readonly Code[];
  /** wire names that are not the snake_case of our names */
  wireNames?: Partial<Record<Extract<keyof z.output<In>, string>, string>>;
  /**
   * An operation of the original controller: aliases of identifiers, and a body that may have names that the endpoint
   * does not know. Every other body and every query string has known names only.
   */
  legacyWire?: true;
  /** of each group of our fields at least one is required; faults name `field`, or the first field of the group */
  needs?: readonly { anyOf: readonly [string, ...string[]]; field?: string; message: string }[];
  /** names without `custom_` may be custom fields of the brand */
  unprefixedCustomFields?: true;
  /** a form in which every value stands in quotes is read without them, as the original documentation prints it */
  quotedForms?: true;
  /**
   * a POST that only reads: no response is stored for retries. Those of the original controller also read fields in the
   * query; others do not, so that what is searched for stands in no log of addresses
   */
  search?: true;
  /** a POST that changes nothing: its response is neither stored for retries nor recorded in the audit trail */
  dryRun?: true;
  /** takes in what was written elsewhere: a value may be as large as a body, and is kept whatever its form */
  intake?: true;
  /** the rate-limit cost of a call with this field, which makes it a scan; otherwise 1 */
  costs?: Readonly<Record<string, number>>;
  /** honours If-Match */
  ifMatch?: true;
  /** responds with an ETag */
  etag?: true;
  /** responds with a secret, which must not be stored for retries */
  secret?: true;
  /** sets or clears the session cookie */
  cookie?: "opens" | "closes";
  /** the response is a stream of server-sent events, of which `output` is one: its `type` is the event's name */
  stream?: true;
  /** of an operation that takes something away: what brings it back, or what it loses for good */
  undo?: Undo;
}

/**
 * What becomes of what an operation takes away. Either another operation brings it back, or it is lost for good, and
 * commands ask before they send the call. With `only`, calls without this field lose nothing.
 *
 * @example
 * const undo: Undo = api.customer.purge.undo ?? { by: "nothing" };
 * "loses" in undo; // true
 */
export type Undo = { by: string } | { loses: string; only?: string };

/**
 * What a call with these fields loses for good, in words; undefined where nothing is lost or another operation brings
 * it back.
 *
 * @example
 * lostBy(api.customfield.delete, {}); // undefined: without `force` a field with values is not deleted
 */
export function lostBy(
  { undo }: Pick<Endpoint, "undo">,
  input: Readonly<Record<string, unknown>>,
): string | undefined {
  if (undo === undefined || "by" in undo) return undefined;
  const isMeant =
    undo.only === undefined || !["", "0", "false", "undefined"].includes(String(input[undo.only]));
  return isMeant ? undo.loses : undefined;
}

/** Declares an endpoint and keeps its literal types. */
export function endpoint<In extends z.ZodObject, Out extends z.ZodType>(
  row: Endpoint<In, Out>,
): Endpoint<In, Out> {
  return row;
}

/** Declares an endpoint whose response is a stream of events. */
export function eventStream<In extends z.ZodObject, Out extends z.ZodType>(
  row: Endpoint<In, Out>,
): Endpoint<In, Out> & { stream: true } {
  return { ...row, stream: true };
}

/**
 * The input that a caller of the client passes.
 *
 * @example
 * const input: Input<Api["customer"]["resolve"]> = { brandId: 1, primaryId: "K-17", custom: { tier: "gold" } };
 * await dossier.customer.resolve(input);
 */
export type Input<E extends Endpoint> = z.input<E["input"]>;
/**
 * The input that the decoder passes to the domain.
 *
 * @example
 * function isStrict({ noSync }: Decoded<Api["customer"]["create"]>): boolean {
 *   return noSync === true;
 * }
 */
export type Decoded<E extends Endpoint> = z.output<E["input"]>;
/**
 * The response of the endpoint.
 *
 * @example
 * function isNew(result: Output<Api["customer"]["resolve"]>): boolean {
 *   return result.outcome === "created";
 * }
 */
export type Output<E extends Endpoint> = z.output<E["output"]>;

/**
 * The permission that a key needs to call the endpoint, in words; undefined where every key may.
 *
 * @example
 * requiredPermission(api.brand.create); // "SETTINGS_CRUD for all brands"
 */
export function requiredPermission({
  permission,
  scope,
}: Pick<Endpoint, "permission" | "scope">): string | undefined {
  if (permission === "any") return undefined;
  return scope === "installation" ? `${permission} for all brands` : permission;
}

/**
 * Whether the endpoint's fields may be in the query string.
 *
 * @example
 * readsQuery(api.customer.listByChannel); // true: a search
 */
export function readsQuery(row: Endpoint): boolean {
  return row.method === "GET" || row.method === "DELETE" || (row.search === true && row.legacyWire === true);
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

/**
 * Whether the endpoint accepts an Idempotency-Key.
 *
 * @example
 * acceptsIdempotencyKey(api.customer.create); // true
 * acceptsIdempotencyKey(api.key.create); // false: it responds with a secret
 */
export function acceptsIdempotencyKey(row: Endpoint): boolean {
  return row.method === "POST" && !row.search && !row.dryRun && !row.secret;
}
