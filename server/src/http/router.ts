/**
 * Router: maps a method and a path to a row of the table; routes are registered nowhere else. Literal segments match in
 * any case and take precedence over `{id}` with any method; one trailing slash is ignored.
 */
import { basePath, DossierError, type Endpoint, rows } from "@dossier/api";

/** The endpoint of a request. */
export interface Route {
  name: string;
  row: Endpoint;
  pathId: string | undefined;
}

type MethodTable = Map<string, { name: string; row: Endpoint }>;

/** Methods by path; paths with `{id}` are separate, so that the literal text `{id}` matches none. */
interface RouteTable {
  literal: Map<string, MethodTable>;
  byId: Map<string, MethodTable>;
}

const pageMethods = ["GET", "HEAD", "OPTIONS"];
const anyMethod = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];

/**
 * Creates the function that finds a row.
 *
 * @param pages paths outside the table, whose GET requests are handled elsewhere
 */
export function createRouter(
  table = rows(),
  pages: readonly string[] = [],
): (method: string, path: string) => Route | { allow: string[] } {
  const routes: RouteTable = { literal: new Map(), byId: new Map() };
  const isPage = new Set(pages.map(toLowerAscii));
  for (const { name, row } of table)
    for (const path of row.paths) {
      const routesByPath = path.includes("/{id}") ? routes.byId : routes.literal;
      const key = toLowerAscii(basePath + path);
      const methods: MethodTable = routesByPath.get(key) ?? new Map();
      methods.set(row.method, { name, row });
      routesByPath.set(key, methods);
    }
  return (method, rawPath) => {
    if (method === "OPTIONS" && rawPath === "*") return { allow: anyMethod };
    const path = decodePath(rawPath.replace(/\/$/, ""));
    const found = findMethods(routes, path);
    if (!found) return answerUnknownPath(method, path, isPage.has(toLowerAscii(path)));
    const { methods, pathId } = found;
    if (method === "OPTIONS") return { allow: allowedMethods(methods) };
    const endpoint = methods.get(method === "HEAD" ? "GET" : method);
    if (endpoint) return { ...endpoint, pathId };
    throw methodNotAllowed(allowedMethods(methods));
  };
}

/** Handles a path without a row. A read of a page that arrives here has no content. */
function answerUnknownPath(method: string, path: string, isPage: boolean): { allow: string[] } {
  if (isPage && method === "OPTIONS") return { allow: pageMethods };
  if (isPage && method !== "GET" && method !== "HEAD") throw methodNotAllowed(pageMethods);
  // Not served: a proxy in front may have a rule for the path with one slash.
  throw new DossierError(
    "unknown_endpoint",
    path.includes("//")
      ? "The path has two slashes in a row: the client's base URL ends with one, and its path begins with one."
      : "There is nothing at this path. The endpoints are listed at /docs.",
  );
}

function methodNotAllowed(allow: string[]): DossierError {
  return new DossierError("method_not_allowed", `This path takes ${allow.join(", ")}.`, { allow });
}

/** The id is the last segment, or the last but one. */
function findMethods(
  { literal, byId }: RouteTable,
  path: string,
): { methods: MethodTable; pathId: string | undefined } | undefined {
  const literalMethods = literal.get(toLowerAscii(path));
  if (literalMethods) return { methods: literalMethods, pathId: undefined };
  for (let end = path.length, n = 0; n < 2; n += 1) {
    const slash = path.lastIndexOf("/", end - 1);
    const methods = byId.get(`${toLowerAscii(path.slice(0, slash + 1))}{id}${toLowerAscii(path.slice(end))}`);
    if (methods) return { methods, pathId: path.slice(slash + 1, end) };
    if (slash <= 0) return undefined;
    end = slash;
  }
  return undefined;
}

/** Decodes each segment: an escaped slash separates nothing. */
function decodePath(path: string): string {
  return path.includes("%") ? path.split("/").map(decodeSegment).join("/") : path;
}

function decodeSegment(segment: string): string {
  try {
    const text = decodeURIComponent(segment);
    return text.includes("/") ? segment : text;
  } catch {
    return segment;
  }
}

/** Lowers A to Z only, so that no similar letter of Unicode becomes an ASCII letter. */
function toLowerAscii(path: string): string {
  return /[A-Z]/.test(path) ? path.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase()) : path;
}

function allowedMethods(methods: MethodTable): string[] {
  const names = [...methods.keys()];
  return [...names, ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"];
}
