// What a request or a response has that the document does not declare, or lacks that it demands. The values of queries,
// headers and forms are texts and count as what they stand for; JSON counts as it is.
import type { SchemaFaults } from "../../../../api/test/support/document-schemas.ts";
import { type FoundOperation, type OpenApiDocument, type Parameter, resolve } from "./operations.ts";

export interface Message {
  headers: Headers;
  body: Buffer;
}
export interface Validators {
  document: OpenApiDocument;
  json: SchemaFaults;
  text: SchemaFaults;
}

const mediaOf = ({ headers }: Message) => (headers.get("content-type") ?? "").split(";", 1)[0]!.trim();

/** The faults of a request. */
export async function requestFaults(
  validators: Validators,
  found: FoundOperation,
  query: URLSearchParams,
  request: Message,
): Promise<string[]> {
  return [
    ...securityFaults(validators, found, query, request),
    ...parameterFaults(validators, found, query, request),
    ...(await bodyFaults(validators, found, request)),
  ];
}

function securityFaults(
  { document }: Validators,
  { operation }: FoundOperation,
  query: URLSearchParams,
  { headers }: Message,
): string[] {
  const alternatives = operation.security ?? document.security;
  const isMet = (name: string) => {
    const scheme = document.components.securitySchemes[name]!;
    if (scheme.type === "http") return /^bearer \S/i.test(headers.get("authorization") ?? "");
    if (scheme.in === "query") return query.has(scheme.name!);
    if (scheme.in === "cookie") return (headers.get("cookie") ?? "").includes(`${scheme.name!}=`);
    return headers.has(scheme.name!);
  };
  const isSecured = alternatives.length === 0 || alternatives.some((one) => Object.keys(one).every(isMet));
  return isSecured ? [] : ["carries none of the declared credentials"];
}

function parameterFaults(
  { document, text }: Validators,
  { operation, pointer, pathValues }: FoundOperation,
  query: URLSearchParams,
  { headers }: Message,
): string[] {
  const parameters = (operation.parameters ?? []).map((one, at) =>
    resolve<Parameter>(document, one, `${pointer}/parameters/${at}`),
  );
  const keyInQuery = Object.values(document.components.securitySchemes).find((one) => one.in === "query");
  const undeclared = new Set([...query.keys()].filter((name) => name !== keyInQuery?.name));
  const values: Record<Parameter["in"], (name: string) => string[]> = {
    path: (name) => [pathValues[name] ?? ""],
    query: (name) => query.getAll(name),
    header: (name) => (headers.has(name) ? [headers.get(name)!] : []),
  };
  const faults: string[] = [];
  for (const { node, pointer: at } of parameters.filter((one) => one.node.schema.type !== "object")) {
    const sent = values[node.in](node.name);
    undeclared.delete(node.name);
    if (sent.length === 0) {
      if (node.required) faults.push(`lacks ${node.in} ${node.name}`);
      continue;
    }
    const value = node.schema.type === "array" || sent.length > 1 ? sent : sent[0];
    faults.push(...text(`${at}/schema`, value).map((fault) => `${node.in} ${node.name}: ${fault}`));
  }
  const open = parameters.find((one) => one.node.in === "query" && one.node.schema.type === "object");
  if (!open) return [...faults, ...[...undeclared].map((name) => `query ${name} is not declared`)];
  const rest = Object.fromEntries([...undeclared].map((name) => [name, query.get(name)]));
  return [...faults, ...text(`${open.pointer}/schema`, rest)];
}

async function bodyFaults(
  validators: Validators,
  { operation, pointer }: FoundOperation,
  request: Message,
): Promise<string[]> {
  const { requestBody } = operation;
  if (request.body.length === 0) return requestBody?.required ? ["lacks its body"] : [];
  if (!requestBody) return ["has a body, and none is declared"];
  const media = mediaOf(request);
  if (!(media in requestBody.content)) return [`body ${media} is not declared`];
  const at = `${pointer}/requestBody/content/${encodeURIComponent(media.replaceAll("/", "~1"))}/schema`;
  const faults =
    media === "application/json"
      ? jsonFaults(validators, at, request.body)
      : validators.text(at, await formOf(request));
  return faults.map((fault) => `body ${fault}`);
}

/** The fields of a form: a name that is repeated has a list. */
async function formOf({ headers, body }: Message): Promise<Record<string, unknown>> {
  const type = headers.get("content-type") ?? "";
  // oxlint-disable-next-line typescript/no-deprecated -- a test reads small forms of its own
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  const names = new Set(form.keys());
  return Object.fromEntries(
    [...names].map((name) => {
      const values = form.getAll(name);
      return [name, values.length > 1 ? values : values[0]];
    }),
  );
}

/** The faults of a response. */
export function responseFaults(
  { document, json, text }: Validators,
  { operation, pointer }: FoundOperation,
  status: number,
  response: Message,
): string[] {
  const declared = operation.responses[status];
  if (!declared) return [`status ${status} is not declared`];
  const { node, pointer: at } = resolve(document, declared, `${pointer}/responses/${status}`);
  const headers = Object.keys(node.headers ?? {}).flatMap((name) => {
    const header = resolve(document, node.headers![name]!, `${at}/headers/${name}`);
    const value = response.headers.get(name);
    return value === null
      ? []
      : text(`${header.pointer}/schema`, value).map((fault) => `header ${name}: ${fault}`);
  });
  const media = mediaOf(response);
  if (!(media in (node.content ?? {}))) return [...headers, `content ${media} is not declared`];
  const schema = `${at}/content/${encodeURIComponent(media.replaceAll("/", "~1"))}/schema`;
  const found =
    media === "application/json"
      ? jsonFaults({ json }, schema, response.body)
      : json(schema, response.body.toString());
  return [...headers, ...found.map((fault) => `content ${fault}`)];
}

function jsonFaults({ json }: Pick<Validators, "json">, pointer: string, body: Buffer): string[] {
  try {
    return json(pointer, JSON.parse(body.toString()));
  } catch (error) {
    if (error instanceof SyntaxError) return ["is not JSON"];
    throw error;
  }
}
