/** The one format of errors. Whatever was not foreseen becomes `internal`: its text goes to the log, never to the caller. */
import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { DossierError } from "@dossier/api";
import type { FastifyReply, FastifyRequest } from "fastify";
import { translate } from "../db/errors.ts";

/** The error a caller is told, for anything that was thrown. */
export function failureOf(thrown: unknown): DossierError {
  const error = translate(thrown);
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

/** Answers an error. */
export function sendFailure(request: FastifyRequest, reply: FastifyReply, error: DossierError): FastifyReply {
  if (error.allow) void reply.header("allow", error.allow.join(", "));
  if (error.retryAfter !== undefined) void reply.header("retry-after", error.retryAfter);
  if (error.status === 401) void reply.header("www-authenticate", 'apikey realm="Dossier"');
  return reply
    .code(error.status)
    .header("content-type", "application/json; charset=utf-8")
    .send(envelopeOf(error, request.id));
}

function envelopeOf(error: DossierError, requestId: string): object {
  return {
    type: "error",
    status: "error",
    code: error.code,
    message: error.message,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
    ...(error.conflict ? { conflict: error.conflict } : {}),
    request_id: requestId,
  };
}

const unread: Record<string, [string, DossierError]> = {
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    new DossierError("too_large", "The request's headers are over 16 KiB."),
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    "408 Request Timeout",
    new DossierError("invalid_request", "The request took too long to arrive."),
  ],
};

/** Whether what came is no whole request because whoever sent it has left. */
export function hasLeft({ code = "" }: { code?: string }): boolean {
  return code === "ECONNRESET" || code === "HPE_INVALID_EOF_STATE";
}

/** Answers what could not even be read as a request, in the same format, and closes the connection. */
export function refuseUnread(error: Error & { code?: string }, socket: Socket): void {
  const [status, refusal] = unread[error.code ?? ""] ?? [
    "400 Bad Request",
    new DossierError("invalid_request", "This is not a request of HTTP/1.1."),
  ];
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const body = JSON.stringify(envelopeOf(refusal, randomUUID()));
  const headers = [
    `HTTP/1.1 ${status}`,
    "Content-Type: application/json; charset=utf-8",
    "Cache-Control: no-store",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  if (socket.writable) socket.write(`${headers.join("\r\n")}\r\n\r\n${body}`);
  socket.destroySoon();
}
