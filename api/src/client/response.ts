/**
 * Response decoding: the body of a successful response, or the {@link DossierError} that the response carries. A
 * response in another format, such as a proxy's, also becomes a DossierError, by its status.
 */
import { type Code, codes, DossierError, type Fault } from "../error.ts";
import { renameFields } from "./mapper.ts";
import { parseRetryAfter } from "./retry-after.ts";
import type { Route } from "./route.ts";
import { inputName } from "../wire/encode.ts";

/**
 * The response of a successful call, as received, and parsed.
 *
 * @example
 * const client = createDynamicClient({ url: "http://localhost:8080", key: process.env.API_KEY });
 * const created: RawResponse = await client.call("customer.create", { brandId: 1 }, { idempotencyKey: "order-17" });
 * if (created.headers.has("idempotency-replayed")) console.log(created.body.id, "was created earlier");
 */
export interface RawResponse {
  status: number;
  headers: Headers;
  /** the body as it was sent */
  text: string;
  /** the same, parsed; its shape is the endpoint's output */
  body: Record<string, unknown>;
}

/** Reads a response. @throws DossierError for everything but a success in our format */
export async function readResponse(route: Route, response: Response): Promise<RawResponse> {
  const { status, headers, ok } = response;
  const text = await response.text();
  const body = parseObject(text);
  if (ok && isOurs(body)) return { status, headers, text, body };
  throw toDossierError(route, response, body);
}

/** An object of JSON; empty for any other text. */
function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Every response of Dossier names its type. */
function isOurs(body: Record<string, unknown>): boolean {
  return typeof body.type === "string";
}

function toDossierError(route: Route, response: Response, sent: Record<string, unknown>): DossierError {
  const errors = Array.isArray(sent.errors) ? (sent.errors as Fault[]) : [];
  const { headers, status } = response;
  const retryAfter = parseRetryAfter(headers.get("retry-after"), Date.parse(headers.get("date") ?? ""));
  const message = typeof sent.message === "string" ? sent.message : unreadableMessage(response);
  return new DossierError(codeOf(response, sent.code), message, {
    errors,
    fields: messagesByInputField(route, errors),
    ...(sent.conflict
      ? { conflict: renameFields(sent.conflict) as NonNullable<DossierError["conflict"]> }
      : {}),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(typeof sent.request_id === "string" ? { requestId: sent.request_id } : {}),
    ...(isOurs(sent) ? {} : { foreignStatus: status }),
  });
}

function unreadableMessage({ type, status }: Response): string {
  if (type !== "opaqueredirect" && !(status >= 300 && status < 400)) return `The server answered ${status}.`;
  return "The server answers with a redirect. It is not followed, as the key would go along: use the address it leads to.";
}

/** A response of a proxy, in another format, is classified by its status. */
function codeOf(response: Response, code: unknown): Code {
  if (typeof code === "string" && Object.hasOwn(codes, code)) return code as Code;
  if (response.status === codes.rate_limited) return "rate_limited";
  return [502, codes.unavailable, 504].includes(response.status) && code === undefined
    ? "unavailable"
    : "internal";
}

function messagesByInputField(route: Route, errors: readonly Fault[]): Record<string, string> {
  const messages = new Map<string, string>();
  for (const { field, message } of errors) {
    const name = inputName(route, field);
    if (!messages.has(name)) messages.set(name, message);
  }
  return Object.fromEntries(messages);
}
