/**
 * Client routes: how to reach each endpoint, and whether repeating a call is safe. Invariant: `routes` is plain data;
 * scripts/pack-api.mjs publishes it as such, so that a program that imports only the client loads no schemas.
 */
import * as z from "zod";
import { type Endpoint, acceptsIdempotencyKey, readsBody } from "../endpoint.ts";
import { customerOrDeletedShape, customerShape } from "../endpoints/customer-shape.ts";
import { api } from "../table.ts";

/**
 * The effect of sending a call again: none, because it only reads; none, because an Idempotency-Key identifies it; the
 * same state again, because it only sets values; or a second effect.
 */
export type RetrySafety = "reads" | "keyed" | "sets" | "acts";

/** One endpoint as the client reaches it. */
export interface Route {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  /** whether the fields are sent in a body */
  body: boolean;
  retrySafety: RetrySafety;
  /** whether it returns pages of a list */
  list: boolean;
  /** whether the response is a stream of events */
  stream: boolean;
  /** whether its items are customers, whose further fields are custom fields */
  customFields: boolean;
  wireNames: Readonly<Record<string, string>>;
}

function routeOf(row: Endpoint): Route {
  return {
    method: row.method,
    path: row.paths[0],
    body: readsBody(row),
    retrySafety: retrySafetyOf(row),
    list: row.output instanceof z.ZodObject && "nextCursor" in row.output.shape,
    stream: row.stream === true,
    customFields: customers.has(itemShapeOf(row)),
    wireNames: (row.wireNames ?? {}) as Record<string, string>,
  };
}

const customers = new Set<unknown>([customerShape, customerOrDeletedShape]);

/** The schema of the items that a row returns; undefined if it returns none. */
function itemShapeOf({ output }: Endpoint): unknown {
  if (!(output instanceof z.ZodObject)) return undefined;
  const { items, item } = output.shape as Record<string, z.ZodType | undefined>;
  return items instanceof z.ZodArray ? items.element : item;
}

function retrySafetyOf(row: Endpoint): RetrySafety {
  if (acceptsIdempotencyKey(row)) return "keyed";
  if (row.method === "POST") return row.search ? "reads" : "acts";
  return row.method === "GET" ? "reads" : "sets";
}

/** The route of every endpoint, by noun and verb. */
export const routes: Readonly<Record<string, Readonly<Record<string, Route>>>> = Object.fromEntries(
  Object.entries(api).map(([noun, verbs]) => [
    noun,
    Object.fromEntries(Object.entries(verbs).map(([verb, row]) => [verb, routeOf(row as Endpoint)])),
  ]),
);
