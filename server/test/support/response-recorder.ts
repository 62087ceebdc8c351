// Recorder of the responses of every Dossier in a test file: each status and code of an operation must be in the
// document.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { openapi, rows } from "@dossier/api";
import { afterAll, expect } from "vitest";
import { createRouter } from "../../src/http/router.ts";

interface Failure {
  $ref?: string;
  content?: { "application/json": { schema: { allOf: [unknown, { properties: { code: Coded } }] } } };
}
interface Coded {
  enum: string[];
}
interface Document {
  paths: Record<string, Record<string, { responses: Record<string, Failure> }>>;
  components: { responses: Record<string, Failure> };
}

const route = createRouter();
let listed: Map<string, Set<string>> | undefined;

/** The outcomes that the document lists for each operation, as `status code`. */
function documented(): Map<string, Set<string>> {
  const { paths, components } = openapi() as unknown as Document;
  return new Map(
    rows().map(({ name, row }) => {
      const { responses } = paths[`/api/v2${row.paths[0]}`]![row.method.toLowerCase()]!;
      const failures = Object.entries(responses).filter(([status]) => status !== "200");
      const pairs = failures.flatMap(([status, failure]) => {
        const { content } = failure.$ref ? components.responses[failure.$ref.split("/").at(-1)!]! : failure;
        return content!["application/json"].schema.allOf[1].properties.code.enum.map(
          (code) => `${status} ${code}`,
        );
      });
      return [name, new Set(pairs)];
    }),
  );
}

/** Whether the document lists this failure for the requested operation, if any. */
function fault(method: string, url: string, status: number, code: string): string | undefined {
  const name = nameOf(method, url);
  if (name === undefined) return undefined;
  listed ??= documented();
  return listed.get(name)?.has(`${status} ${code}`) ? undefined : `${name}: ${status} ${code}`;
}

function nameOf(method: string, url: string): string | undefined {
  try {
    const found = route(method, url.replace(/^https?:\/\/[^/]*/i, "").split("?", 1)[0] ?? "/");
    return "name" in found ? found.name : undefined;
  } catch {
    return undefined; // no operation was requested
  }
}

const missing = new Set<string>();

/** Records all responses of this server; after the test file none may be missing in the document. */
export function recordResponses(server: Server): void {
  server.prependListener(
    "request",
    ({ method = "", url = "" }: IncomingMessage, response: ServerResponse) => {
      const end = response.end.bind(response) as (...given: unknown[]) => ServerResponse;
      response.end = (...given: unknown[]) => {
        if (response.statusCode >= 400 && typeof given[0] === "string") {
          const { code = "none" } = JSON.parse(given[0]) as { code?: string };
          const found = fault(method, url, response.statusCode, code);
          if (found !== undefined) missing.add(found);
        }
        return end(...given);
      };
    },
  );
}

afterAll(() => expect([...missing], "answers that the document does not list").toEqual([]));
