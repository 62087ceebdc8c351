// Validating proxy: passes every request on to a Dossier and its response back, and compares both with the document that
// the Dossier serves. Names that the document does not declare are violations too, in both directions.
import { createServer, type IncomingMessage, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { documentSchemas } from "../../../../api/test/support/document-schemas.ts";
import { type Message, requestFaults, responseFaults, type Validators } from "./message-faults.ts";
import { findOperation, type OpenApiDocument } from "./operations.ts";

export interface Violation {
  direction: "request" | "response";
  /** the operation's id, or the method and path where there is none */
  operation: string;
  faults: string[];
}

export interface ValidatingProxy {
  url: string;
  violations: Violation[];
  /** every status that each operation answered, as `customerFind 200` */
  seen: Set<string>;
  stop(): Promise<void>;
}

/** Starts a proxy before the server at this address. */
export async function startValidatingProxy(target: string): Promise<ValidatingProxy> {
  const document = (await (await fetch(`${target}/openapi.json`)).json()) as OpenApiDocument;
  const validators: Validators = {
    document,
    json: documentSchemas(withoutUndeclared(document)),
    text: documentSchemas(document, { fromText: true }),
  };
  const violations: Violation[] = [];
  const seen = new Set<string>();
  const note = (direction: Violation["direction"], operation: string, faults: string[]) => {
    if (faults.length > 0) violations.push({ direction, operation, faults });
  };
  const server = createServer((incoming, outgoing) => {
    const pass = async () => {
      const { method = "GET", url = "/" } = incoming;
      const request = await messageOf(incoming);
      const { pathname, searchParams } = new URL(url, target);
      const found = findOperation(document, method, pathname);
      const operation = found?.operation.operationId ?? `${method} ${pathname}`;
      note(
        "request",
        operation,
        found ? await requestFaults(validators, found, searchParams, request) : ["is no operation"],
      );
      const answer = await forward(target, incoming, request.body);
      const response = await messageOf(answer);
      const status = answer.statusCode ?? 0;
      if (found) note("response", operation, responseFaults(validators, found, status, response));
      seen.add(`${operation} ${status}`);
      outgoing.writeHead(status, withoutFraming(answer.rawHeaders)).end(response.body);
    };
    pass().catch((error: unknown) => void outgoing.destroy(error as Error));
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    violations,
    seen,
    stop: () => new Promise((done) => void (server.close(() => done()), server.closeAllConnections())),
  };
}

async function messageOf(message: IncomingMessage): Promise<Message> {
  const pairs = Object.entries(message.headers).map(
    ([name, value]) => [name, [value].flat().join(", ")] as [string, string],
  );
  return { headers: new Headers(pairs), body: await buffer(message) };
}

function forward(target: string, incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((done, fail) => {
    const headers = withoutFraming(incoming.rawHeaders);
    if (body.length > 0) headers.push("content-length", String(body.length));
    const outgoing = send(target + (incoming.url ?? "/"), { method: incoming.method, headers, agent: false });
    outgoing.on("response", done).on("error", fail).end(body);
  });
}

/** Headers as sent, but for those that frame the body, which is passed on as a whole. */
function withoutFraming(raw: readonly string[]): string[] {
  const framing = ["content-length", "transfer-encoding", "connection", "keep-alive", "expect"];
  return raw.flatMap((name, at) =>
    at % 2 === 0 && !framing.includes(name.toLowerCase()) ? [name, raw[at + 1] ?? ""] : [],
  );
}

type Json = Record<string, unknown>;

/** The document with every object of a response closed: a property that is not declared is a fault. */
function withoutUndeclared(document: OpenApiDocument): OpenApiDocument {
  const copy = structuredClone(document);
  const parts = new Set<unknown>();
  const schemas = (copy.components as unknown as { schemas: Record<string, Json> }).schemas;
  walk(copy, (node) => {
    for (const part of (node.allOf ?? []) as Json[])
      parts.add(typeof part.$ref === "string" ? schemas[part.$ref.split("/").at(-1)!] : part);
  });
  const inputs = new Set<unknown>(
    Object.entries(schemas).flatMap(([name, schema]) => (name.endsWith("Input") ? [schema] : [])),
  );
  walk(copy, (node) => {
    const isObject = node.allOf !== undefined || (node.type === "object" && node.properties !== undefined);
    const isOpen = node.additionalProperties !== undefined || "openapi" in ((node.properties ?? {}) as Json);
    if (isObject && !isOpen && !parts.has(node) && !inputs.has(node)) node.unevaluatedProperties = false;
  });
  return copy;
}

function walk(node: unknown, visit: (node: Json) => void): void {
  if (typeof node !== "object" || node === null) return;
  visit(node as Json);
  for (const [key, value] of Object.entries(node))
    if (!["example", "examples"].includes(key)) walk(value, visit);
}
