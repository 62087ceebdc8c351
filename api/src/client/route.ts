/**
 * What the client must know of the table: how each endpoint is reached and what a repetition of it would do.
 * Invariant: `routes` is plain data, for the package holds it as such (scripts/build-api.mjs), and a program that only
 * imports the client then carries no schemas along.
 */
import * as z from "zod";
import { type Endpoint, keepsAnswer, readsBody, readsQuery } from "../endpoint.ts";
import { api } from "../table.ts";

/**
 * What sending a call a second time can do: nothing, as it only reads; nothing, as an Idempotency-Key tells it apart;
 * the same once more, as it only sets; or a second thing.
 */
export type Repetition = "reads" | "keyed" | "sets" | "acts";

/** One endpoint, as the client reaches it. */
export interface Route {
  method: Endpoint["method"];
  path: string;
  /** whether the fields go into a body */
  body: boolean;
  repetition: Repetition;
  /** whether it answers pages of a list */
  list: boolean;
  spelling: Readonly<Record<string, string>>;
}

/** The route of a row. */
function routeOf(row: Endpoint): Route {
  return {
    method: row.method,
    path: row.paths[0],
    body: readsBody(row),
    repetition: repetitionOf(row),
    list: row.output instanceof z.ZodObject && "nextCursor" in row.output.shape,
    spelling: (row.spelling ?? {}) as Record<string, string>,
  };
}

function repetitionOf(row: Endpoint): Repetition {
  if (keepsAnswer(row)) return "keyed";
  if (row.method === "POST") return readsQuery(row) ? "reads" : "acts";
  return row.method === "GET" ? "reads" : "sets";
}

/** The route of every endpoint, by noun and verb. */
export const routes: Readonly<Record<string, Readonly<Record<string, Route>>>> = Object.fromEntries(
  Object.entries(api).map(([noun, verbs]) => [
    noun,
    Object.fromEntries(Object.entries(verbs).map(([verb, row]) => [verb, routeOf(row as Endpoint)])),
  ]),
);
