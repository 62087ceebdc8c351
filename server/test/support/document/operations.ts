// The operations of an OpenAPI document as a proxy needs them: found by a request's method and path, with references
// resolved and every schema named by its JSON Pointer.
import { pointerTo } from "../../../../api/test/support/document-schemas.ts";

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema: { type?: string | string[]; items?: object };
}
export interface Media {
  schema?: Schema;
}
export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
}
export interface Response {
  content?: Record<string, Media>;
  headers?: Record<string, object>;
}
interface SecurityScheme {
  type: "apiKey" | "http";
  in?: "header" | "query" | "cookie";
  name?: string;
  scheme?: string;
}
interface Operation {
  operationId: string;
  security?: Record<string, unknown>[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, Response>;
}
export interface OpenApiDocument {
  security: Record<string, unknown>[];
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Record<string, SecurityScheme> };
}

/** A node with the pointer under which its schemas are found. */
export interface Placed<T> {
  node: T;
  pointer: string;
}

/** The operation of a request. */
export interface FoundOperation {
  operation: Operation;
  pointer: string;
  pathValues: Record<string, string>;
}

/** Follows a reference. */
export function resolve<T extends object>(document: OpenApiDocument, node: T, pointer: string): Placed<T> {
  if (!("$ref" in node)) return { node, pointer };
  const target = String(node.$ref);
  const found = target
    .slice(2)
    .split("/")
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document);
  return { node: found as T, pointer: target };
}

/** Finds the operation; literal segments come before `{id}`. */
export function findOperation(
  document: OpenApiDocument,
  method: string,
  path: string,
): FoundOperation | undefined {
  const candidates = Object.keys(document.paths)
    .filter((template) => method.toLowerCase() in document.paths[template]!)
    .sort((a, b) => Number(a.includes("{")) - Number(b.includes("{")));
  for (const template of candidates) {
    const pathValues = valuesIn(template, path);
    if (pathValues === undefined) continue;
    const operation = document.paths[template]![method.toLowerCase()]!;
    return { operation, pathValues, pointer: pointerTo("paths", template, method.toLowerCase()) };
  }
  return undefined;
}

function valuesIn(template: string, path: string): Record<string, string> | undefined {
  const [wanted, sent] = [template.split("/"), path.split("/")];
  if (wanted.length !== sent.length) return undefined;
  const values: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const name = /^\{(.*)\}$/.exec(segment)?.[1];
    if (name !== undefined) values[name] = decodeURIComponent(sent[at]!);
    else if (segment !== sent[at]) return undefined;
  }
  return values;
}
