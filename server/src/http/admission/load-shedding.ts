/**
 * Load shedding: answers a rejected request as cheaply as possible, before its body is read. If rejections are so
 * frequent that they would take CPU from admitted requests, each response is delayed briefly, which slows clients that
 * retry immediately.
 */
import { type Code, codes, type DossierError } from "@dossier/api";
import type { FastifyReply, FastifyRequest } from "fastify";
import { errorBody } from "../error-response.ts";

/** The reason for a rejection: an error without a stack, which would cost more than the response. */
export type Rejection = Pick<DossierError, "status" | "code" | "message" | "errors" | "conflict"> & {
  retryAfter: number;
  headers?: Readonly<Record<string, number>>;
};

export function createRejection(
  code: Code,
  message: string,
  retryAfter: number,
  headers: Readonly<Record<string, number>> = {},
): Rejection {
  return { code, status: codes[code], message, errors: [], conflict: undefined, retryAfter, headers };
}

/** Answers a rejected request. */
export type Reject = (request: FastifyRequest, reply: FastifyReply, refusal: Rejection) => void;

/** Above this rate rejections are delayed. */
const maxImmediatePerSecond = 200;
/** The delay while clients honour Retry-After. */
const delayMs = { min: 15, max: 45 };
/** If they do not, the delay is the time in which all delayed rejections are answered at this rate, per second. */
const delayedPerSecond = 1500;
const maxDelayMs = 1500;
/** The rest of a longer body is not awaited. */
const maxUnreadBytes = 64 * 1024;

/** Creates the reject function; `commonHeaders` are the headers of every response. */
export function createReject(commonHeaders: Readonly<Record<string, string>>): Reject {
  const fixed = Object.entries({
    ...commonHeaders,
    "cache-control": "no-store",
    "content-type": "application/json; charset=utf-8",
  }).flat();
  const window = { begun: 0, count: 0 };
  let delayed = 0;

  function isOverRate(): boolean {
    const now = performance.now();
    if (now - window.begun > 1000) Object.assign(window, { begun: now, count: 0 });
    window.count += 1;
    return window.count > maxImmediatePerSecond;
  }

  return (request, reply, rejection) => {
    reply.hijack();
    if (!isOverRate()) return sendRaw(fixed, request, reply, rejection);
    delayed += 1;
    const upper = Math.min(maxDelayMs, Math.max(delayMs.max, (delayed * 1000) / delayedPerSecond));
    const lower = upper === delayMs.max ? delayMs.min : 0.75 * upper;
    setTimeout(
      () => {
        delayed -= 1;
        sendRaw(fixed, request, reply, rejection);
      },
      lower + Math.random() * (upper - lower),
    );
  };
}

function sendRaw(
  fixed: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
  rejection: Rejection,
): void {
  const { raw } = reply;
  if (raw.destroyed) return;
  const body = JSON.stringify(errorBody(rejection, request.id));
  const own = { ...reply.getHeaders(), ...rejection.headers, "retry-after": rejection.retryAfter };
  const { "content-length": length = "0", "transfer-encoding": coding } = request.raw.headers;
  const isLong = coding !== undefined || Number(length) > maxUnreadBytes;
  raw.writeHead(rejection.status, [
    ...fixed,
    ...Object.entries(own).flatMap(([name, value]) => [name, String(value)]),
    ...(isLong ? ["connection", "close"] : []),
    "x-request-id",
    request.id,
    "content-length",
    String(Buffer.byteLength(body)),
  ]);
  raw.end(body);
}
