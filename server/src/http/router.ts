/**
 * From a method and a path to a row of the table. Literal segments match in any case and win over `{id}` with any
 * method; one trailing slash is ignored. Nobody registers a route by hand.
 */
import { basePath, DossierError, type Endpoint, rows } from "@dossier/api";

/** An endpoint that was asked for. */
export interface Route {
  name: string;
  row: Endpoint;
  pathId: string | undefined;
}

type Doors = Map<string, { name: string; row: Endpoint }>;

/** Doors by path; those with an `{id}` apart: nobody reaches them by the braces. */
interface Doorways {
  literal: Map<string, Doors>;
  byId: Map<string, Doors>;
}

/** Makes the function that finds a row. */
export function makeRouter(table = rows()): (method: string, path: string) => Route | { allow: string[] } {
  const doorways: Doorways = { literal: new Map(), byId: new Map() };
  for (const { name, row } of table)
    for (const path of row.paths) {
      const place = path.includes("/{id}") ? doorways.byId : doorways.literal;
      const key = fold(basePath + path);
      const doors: Doors = place.get(key) ?? new Map();
      doors.set(row.method, { name, row });
      place.set(key, doors);
    }
  return (method, path) => {
    const { doors, pathId } = findDoors(doorways, path);
    const allow = allowed(doors);
    if (method === "OPTIONS") return { allow };
    const door = doors.get(method === "HEAD" ? "GET" : method);
    if (door) return { ...door, pathId };
    throw new DossierError("method_not_allowed", `This path takes ${allow.join(", ")}.`, { allow });
  };
}

/** The id is the last segment, or the last but one. */
function findDoors({ literal, byId }: Doorways, sent: string): { doors: Doors; pathId: string | undefined } {
  const path = decodePath(sent.replace(/\/$/, ""));
  const named = literal.get(fold(path));
  if (named) return { doors: named, pathId: undefined };
  const segments = path.split("/");
  for (let at = segments.length - 1; at > segments.length - 3; at -= 1) {
    const doors = byId.get(fold(segments.with(at, "{id}").join("/")));
    if (doors) return { doors, pathId: segments[at] };
  }
  throw new DossierError(
    "unknown_endpoint",
    "There is nothing at this path. The endpoints are listed at /docs.",
  );
}

/** Segment by segment: a slash that was escaped separates nothing. */
function decodePath(path: string): string {
  return path.split("/").map(decodeSegment).join("/");
}

function decodeSegment(segment: string): string {
  try {
    const text = decodeURIComponent(segment);
    return text.includes("/") ? segment : text;
  } catch {
    return segment;
  }
}

/** Only the letters that paths are made of: no look-alike folds to one of them. */
function fold(path: string): string {
  return path.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

function allowed(doors: Doors): string[] {
  const methods = [...doors.keys()];
  return [...methods, ...(doors.has("GET") ? ["HEAD"] : []), "OPTIONS"];
}
