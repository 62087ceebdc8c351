/** What the client makes of what comes back: the answer's body, or the {@link DossierError} that it tells. */
import { type Code, codes, DossierError, type Fault } from "../error.ts";
import type { Route } from "./route.ts";
import { inputName } from "../wire/encode.ts";

/** Reads an answer. @throws DossierError for everything but a success in our format */
export async function readAnswer(route: Route, answer: Response): Promise<object> {
  const body: unknown = await answer.json().catch((error: unknown) => {
    if (error instanceof SyntaxError) return undefined; // not ours; an abort or a cut connection is
    throw error;
  });
  if (answer.ok && typeof body === "object" && body !== null) return body;
  throw errorOf(route, answer, body);
}

function errorOf(route: Route, answer: Response, body: unknown): DossierError {
  const sent = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const errors = (sent.errors ?? []) as Fault[];
  const retryAfter = secondsOf(answer.headers);
  const message = typeof sent.message === "string" ? sent.message : `The server answered ${answer.status}.`;
  return new DossierError(codeOf(answer, sent.code), message, {
    errors,
    fields: fieldsOf(route, errors),
    ...(sent.conflict ? { conflict: sent.conflict } : {}),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(typeof sent.request_id === "string" ? { requestId: sent.request_id } : {}),
  });
}

/** What a proxy in between says in its own words is told by its status. */
function codeOf(answer: Response, code: unknown): Code {
  if (typeof code === "string" && Object.hasOwn(codes, code)) return code as Code;
  if (answer.status === codes.rate_limited) return "rate_limited";
  return [502, codes.unavailable, 504].includes(answer.status) && code === undefined
    ? "unavailable"
    : "internal";
}

/** `Retry-After` in seconds; proxies may send a date. */
function secondsOf(headers: Headers): number | undefined {
  const sent = headers.get("retry-after")?.trim();
  if (!sent) return undefined;
  if (/^\d+(\.\d+)?$/.test(sent)) return Number(sent);
  const seconds = (Date.parse(sent) - Date.parse(headers.get("date") ?? "")) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

function fieldsOf(route: Route, errors: readonly Fault[]): Record<string, string> {
  const told = new Map<string, string>();
  for (const { field, message } of errors) {
    const name = inputName(route, field);
    if (!told.has(name)) told.set(name, message);
  }
  return Object.fromEntries(told);
}
