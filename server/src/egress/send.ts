/**
 * One request and its answer over a connection that is there already, in HTTP/1.1. The connection is used once. There
 * are no redirects, cookies or proxies here, and every part of an answer has a limit.
 */
import type { Socket } from "node:net";
import { Client } from "undici";
import { version } from "../version.ts";
import { acceptedCodings, largestPacked, tooLarge, unpack } from "./decompress.ts";
import { Reason } from "./errors.ts";
import { unlessAborted } from "../abort.ts";
import type { Target } from "./url-policy.ts";

/** What is sent. */
export interface Sending {
  method: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
}

/** What came back, with any status; the body is unpacked, at most 256 KiB. */
export interface OutsideAnswer {
  status: number;
  /** by their names in lower case; one that came several times is joined by ", " */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** In bytes, all lines together. */
const largestHeader = 16_384;
/** How many interim answers (1xx) are taken before the one that counts. */
const mostInterim = 8;

/** Headers that frame a message or belong to the connection: they are ours to set. */
const ours =
  /^(host|connection|content-length|transfer-encoding|keep-alive|upgrade|te|trailer|expect|accept-encoding|proxy-.*)$/;

/**
 * Refuses headers that could make another request of this one.
 *
 * @throws TypeError naming the header, never its value
 */
export function checkHeaders(headers: Record<string, string> = {}): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || ours.test(name.toLowerCase()))
      throw new TypeError(`The header ${JSON.stringify(name)} cannot be sent outward.`);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new TypeError(`The value of the header ${name} cannot be sent outward.`);
  }
}

/**
 * Sends the request over the socket, reads the answer to its end and closes the socket.
 *
 * @throws Reason, or what the socket or the parser throws
 */
export async function exchange(
  socket: Socket,
  target: Target,
  sending: Sending,
  signal: AbortSignal,
): Promise<OutsideAnswer> {
  const client = new Client(target.origin, {
    connect: handOver(socket),
    pipelining: 1,
    maxHeaderSize: largestHeader,
    headersTimeout: 0, // whoever asks has set an end to it all
    bodyTimeout: 0,
  });
  try {
    // Waited for with a signal of our own: the client takes no notice of one before it has the connection.
    return await unlessAborted(signal, answerOf(client, target, sending));
  } finally {
    socket.destroy();
    client.destroy().catch(() => undefined);
  }
}

async function answerOf(client: Client, target: Target, sending: Sending): Promise<OutsideAnswer> {
  const { packed, ...answer } = await converse(client, target, sending);
  return { ...answer, body: await unpack(packed, answer.headers["content-encoding"]) };
}

interface Received {
  status: number;
  headers: Record<string, string>;
  packed: Buffer;
}

/**
 * Listens as fast as the answer comes, up to the limits. Not by a stream: that would pause the parser when its reader is
 * slow, and undici 7 throws where nobody can catch it when a connection ends while its parser is paused.
 */
function converse(client: Client, { path }: Target, { method, headers, body }: Sending): Promise<Received> {
  const received: Received = { status: 0, headers: {}, packed: Buffer.alloc(0) };
  const parts: Buffer[] = [];
  let [size, interim] = [0, 0];
  const sent = { "user-agent": `Dossier/${version}`, ...headers, "accept-encoding": acceptedCodings };
  return new Promise((resolve, reject) => {
    client.dispatch(
      { path, method, headers: sent, body: body ?? null, reset: true },
      {
        onRequestStart: () => undefined,
        onResponseStart(controller, status, fields) {
          if (status >= 200) Object.assign(received, { status, headers: joined(fields) });
          else interim += 1;
          if (interim > mostInterim) controller.abort(new Reason("too many interim answers", "too_large"));
        },
        onResponseData(controller, part) {
          size += part.length;
          if (size > largestPacked) controller.abort(tooLarge());
          else parts.push(part);
        },
        onResponseEnd: () => resolve({ ...received, packed: Buffer.concat(parts) }),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}

/** Gives the client the one connection there is, not before it waits for it; it gets no second one. */
function handOver(socket: Socket): NonNullable<Client.Options["connect"]> {
  let isGiven = false;
  return (_options, done) => {
    queueMicrotask(() => {
      if (isGiven || socket.destroyed) return done(new Reason("the connection was closed"), null);
      isGiven = true;
      done(null, socket);
    });
  };
}

function joined(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}
