/**
 * Error responses: the one format of errors. Invariant: an unexpected error becomes `internal`; its text goes to the
 * log, never to the caller.
 */
import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { DossierError } from "@dossier/api";
import type { FastifyReply, FastifyRequest } from "fastify";
import { translateDatabaseError } from "../db/errors.ts";

/** The error for the caller, from anything that was thrown. */
export function toDossierError(thrown: unknown): DossierError {
  const error = translateDatabaseError(thrown);
  if (error instanceof DossierError) return error;
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (code === "FST_ERR_BAD_URL")
    return new DossierError("unknown_endpoint", "There is nothing at this path.");
  if (statusCode === 413) return new DossierError("too_large", "The request is too large.");
  if (statusCode === 415)
    return new DossierError("unsupported_media_type", "This media type is not supported.");
  if (statusCode !== undefined && statusCode < 500)
    return new DossierError("invalid_request", "The request cannot be read.");
  return new DossierError(
    "internal",
    "Something went wrong on our side. The log has the details under this request's id.",
    {
      cause: error,
    },
  );
}

/** Sends an error. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: DossierError): FastifyReply {
  if (error.allow) void reply.header("allow", error.allow.join(", "));
  if (error.retryAfter !== undefined) void reply.header("retry-after", error.retryAfter);
  if (error.status === 401) void reply.header("www-authenticate", 'apikey realm="Dossier"');
  return reply
    .code(error.status)
    .header("content-type", "application/json; charset=utf-8")
    .send(errorBody(error, request.id));
}

/** The body of an error response. */
export function errorBody(
  error: Pick<DossierError, "code" | "message" | "errors" | "conflict">,
  requestId: string,
): object {
  return {
    type: "error",
    status: "error",
    code: error.code,
    message: error.message,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
    ...(error.conflict ? { conflict: conflictBody(error.conflict) } : {}),
    request_id: requestId,
  };
}

/** What a request collided with, as the wire names it. */
function conflictBody({ customerId, count }: NonNullable<DossierError["conflict"]>): object {
  return {
    ...(customerId === undefined ? {} : { customer_id: customerId }),
    ...(count === undefined ? {} : { count }),
  };
}

// Node's parser refuses such a target before it can be read as UTF-8.
const unescapedTarget: [string, DossierError] = [
  "400 Bad Request",
  new DossierError(
    "invalid_request",
    "The path or query has a character that must be percent-encoded: ë as %C3%AB, a blank as %20.",
  ),
];

const malformedErrors: Record<string, [string, DossierError]> = {
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    new DossierError("too_large", "The request's headers are over 16 KiB."),
  ],
  HPE_INVALID_URL: unescapedTarget,
  HPE_INVALID_CONSTANT: unescapedTarget, // after a blank in the target, where HTTP/1.1 must stand
  ERR_HTTP_REQUEST_TIMEOUT: [
    "408 Request Timeout",
    new DossierError("invalid_request", "The request took too long to arrive."),
  ],
};

/** Whether a request is incomplete because the client disconnected. */
export function isClientDisconnect({ code = "" }: { code?: string }): boolean {
  return code === "ECONNRESET" || code === "HPE_INVALID_EOF_STATE";
}

/** Answers a malformed request in the same format, and closes the connection. */
export function rejectMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET") return;
  const [status, rejection] = malformedErrors[error.code ?? ""] ?? [
    "400 Bad Request",
    new DossierError("invalid_request", "This is not a request of HTTP/1.1."),
  ];
  writeRejection(socket, status, rejection);
}

/** Rejects CONNECT, the request for a tunnel. */
export function rejectConnect(socket: Socket): void {
  const rejection = new DossierError("method_not_allowed", "This is no proxy: there is no CONNECT.");
  writeRejection(socket, "405 Method Not Allowed", rejection, [
    "Allow: GET, HEAD, POST, PUT, DELETE, OPTIONS",
  ]);
}

function writeRejection(socket: Socket, status: string, rejection: DossierError, more: string[] = []): void {
  if (socket.destroyed) return;
  const requestId = randomUUID();
  const body = JSON.stringify(errorBody(rejection, requestId));
  const headers = [
    `HTTP/1.1 ${status}`,
    "Content-Type: application/json; charset=utf-8",
    "Cache-Control: no-store",
    "X-Content-Type-Options: nosniff",
    `X-Request-Id: ${requestId}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...more,
    "Connection: close",
  ];
  if (socket.writable) socket.write(`${headers.join("\r\n")}\r\n\r\n${body}`);
  socket.destroySoon();
}
