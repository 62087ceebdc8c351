/**
 * One HTTP/1.1 request and its response over an open connection. The connection is used once. There are no redirects,
 * cookies or proxies, and every part of a response has a limit.
 */
import type { Socket } from "node:net";
import { Client } from "undici";
import { version } from "../version.ts";
import { acceptEncoding, maxCompressedBytes, tooLarge, decompress } from "./decompress.ts";
import { EgressFailure } from "./errors.ts";
import { raceAbort } from "../abort.ts";
import type { Target } from "./url-policy.ts";

export interface RequestSpec {
  method: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
}

/** A response with any status; its body is decompressed, at most 256 KiB. */
export interface EgressResponse {
  status: number;
  /** by lower-case name; repeated headers are joined by ", " */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** In bytes, all lines together. */
const maxHeaderBytes = 16_384;
/** Maximum number of interim responses (1xx). */
const maxInterimResponses = 8;

/** Headers that frame a message or belong to the connection: only this module sets them. */
const reservedHeaders =
  /^(host|connection|content-length|transfer-encoding|keep-alive|upgrade|te|trailer|expect|accept-encoding|proxy-.*)$/;

/**
 * Rejects headers that could alter the framing of the request.
 *
 * @throws TypeError naming the header, never its value
 */
export function checkHeaders(headers: Record<string, string> = {}): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || reservedHeaders.test(name.toLowerCase()))
      throw new TypeError(`The header ${JSON.stringify(name)} cannot be sent outward.`);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new TypeError(`The value of the header ${name} cannot be sent outward.`);
  }
}

/**
 * Sends the request over the socket, reads the response to its end and closes the socket.
 *
 * @throws EgressFailure, or what the socket or the parser throws
 */
export async function sendRequest(
  socket: Socket,
  target: Target,
  spec: RequestSpec,
  signal: AbortSignal,
): Promise<EgressResponse> {
  const client = new Client(target.origin, {
    connect: useSocket(socket),
    pipelining: 1,
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: 0, // the caller has set an overall limit
    bodyTimeout: 0,
  });
  try {
    // Raced with our own signal: the client ignores one until it has the connection.
    return await raceAbort(signal, readResponse(client, target, spec));
  } finally {
    socket.destroy();
    client.destroy().catch(() => undefined);
  }
}

async function readResponse(client: Client, target: Target, spec: RequestSpec): Promise<EgressResponse> {
  const { compressed, ...response } = await dispatch(client, target, spec);
  return { ...response, body: await decompress(compressed, response.headers["content-encoding"]) };
}

interface RawResponse {
  status: number;
  headers: Record<string, string>;
  compressed: Buffer;
}

/**
 * Reads as fast as the response arrives, up to the limits. It is no stream: a stream would pause the parser when its
 * reader is slow, and undici 7 throws uncatchably when a connection ends while its parser is paused.
 */
function dispatch(
  client: Client,
  { path }: Target,
  { method, headers, body }: RequestSpec,
): Promise<RawResponse> {
  const received: RawResponse = { status: 0, headers: {}, compressed: Buffer.alloc(0) };
  const parts: Buffer[] = [];
  let [size, interim] = [0, 0];
  const sent = { "user-agent": `Dossier/${version}`, ...headers, "accept-encoding": acceptEncoding };
  return new Promise((resolve, reject) => {
    client.dispatch(
      { path, method, headers: sent, body: body ?? null, reset: true },
      {
        onRequestStart: () => undefined,
        onResponseStart(controller, status, fields) {
          if (status >= 200) Object.assign(received, { status, headers: joinHeaders(fields) });
          else interim += 1;
          if (interim > maxInterimResponses)
            controller.abort(new EgressFailure("too many interim answers", "too_large"));
        },
        onResponseData(controller, part) {
          size += part.length;
          if (size > maxCompressedBytes) controller.abort(tooLarge());
          else parts.push(part);
        },
        onResponseEnd: () => resolve({ ...received, compressed: Buffer.concat(parts) }),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}

/** Gives the client the one connection, not before it asks for it; it gets no second one. */
function useSocket(socket: Socket): NonNullable<Client.Options["connect"]> {
  let isUsed = false;
  return (_options, done) => {
    queueMicrotask(() => {
      if (isUsed || socket.destroyed) return done(new EgressFailure("the connection was closed"), null);
      isUsed = true;
      done(null, socket);
    });
  };
}

function joinHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}
