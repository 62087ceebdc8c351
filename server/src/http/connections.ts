/**
 * Connection management: a cap with eviction, a write timeout, and requests in order. Above the cap the longest idle
 * connection is evicted, so that idle ones exclude no active client; a response that its client does not read is
 * dropped with its connection, which bounds unsent bytes. Pipelined requests are handled one at a time, because Node
 * closes no response that waits behind another one when their connection closes: it would hold its place for ever. A
 * malformed request is rejected after the responses before it, so that no response takes the place of another.
 */
import { open } from "node:fs/promises";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setInterval } from "node:timers";
import { setImmediate } from "node:timers/promises";
import { timeoutOr } from "../abort.ts";
import type { Log } from "../log.ts";
import { isClientDisconnect, rejectConnect, rejectMalformed } from "./error-response.ts";

/** Why the server closed a connection. */
export type CloseReason = "limit" | "evicted" | "stalled" | "pipelined";

/** The counters of connections. */
export interface ConnectionCounters {
  connectionOpened(): void;
  connectionClosed(): void;
  /** the server closed the connection; `connectionClosed` follows */
  connectionDropped(reason: CloseReason): void;
  /** a malformed request arrived */
  requestMalformed(): void;
}

/** Times are in milliseconds. */
export interface ConnectionLimits {
  /** concurrent connections; 0: no cap */
  maxConnections: number;
  /** the maximum time in which a client reads nothing of a response */
  stalledMs: number;
  /** the maximum time in which it reads one whole response */
  responseMs: number;
  /** unsent bytes of all responses: above it, the oldest responses are dropped */
  maxUnsentBytes: number;
  /** the interval between two checks of progress */
  intervalMs: number;
  /** while the server stops: a request that follows a response so soon is still answered */
  drainMs: number;
}

/** 30 s without a byte, or 5 min for one response: a phone on a bad line is faster. */
export const defaultLimits = {
  stalledMs: 30_000,
  responseMs: 300_000,
  maxUnsentBytes: 128 * 1024 * 1024,
  intervalMs: 1000,
  drainMs: 1000,
};

const warnIntervalMs = 60_000;
/** The maximum number of busy connections inspected for one that is still receiving its request. */
const maxInspected = 64;
/** Connections that are closed together when no file descriptors are left. */
const shedBatchSize = 64;

/** Requests of a connection without a complete response: more are a flood, and the connection is closed. */
const maxPipelined = 256;

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** handles the request, which waits for the responses before it */
  start?: () => void;
}

interface Connection {
  /** when it became idle, or busy */
  since: number;
  /** Requests without a complete response, in order. An array: the tables that a Set outgrows keep what was in them. */
  exchanges: Exchange[];
  /** the last request, while it may still be cut off */
  last: Exchange | undefined;
  rejection: (() => void) | undefined;
  writing: WriteProgress | undefined;
}

/**
 * The progress of a connection's responses at the last check. Time is counted in checks: a process that was suspended
 * must not drop responses that it could not send meanwhile.
 */
interface WriteProgress {
  first: Exchange | undefined;
  unsentBytes: number;
  queuedBytes: number;
  ticks: number;
  /** checks without progress */
  stalledTicks: number;
}

/** The connections of one process, over all its listening sockets. */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #counters: ConnectionCounters;
  readonly #log: Log;
  readonly #all = new Map<Socket, Connection>();
  /** connections without a request, longest idle first */
  readonly #idle = new Set<Socket>();
  /** connections with a request, longest busy first */
  readonly #busy = new Set<Socket>();
  #dropped: Record<CloseReason, number> = { limit: 0, evicted: 0, stalled: 0, pipelined: 0 };
  #warnedAt = Number.NEGATIVE_INFINITY;
  #exhausted = false;
  #isDraining = false;

  constructor(limits: ConnectionLimits, counters: ConnectionCounters, log: Log) {
    this.#limits = limits;
    this.#counters = counters;
    this.#log = log;
  }

  /** Tracks a server from its first connection to its end. */
  attach(server: Server): void {
    server.on("connection", (socket: Socket) => this.#admit(socket));
    server.prependListener("request", (request: IncomingMessage, response: ServerResponse) =>
      this.#begin({ request, response }),
    );
    // Without listeners Node answers Expect itself, in another format, and drops CONNECT without a response.
    server.on("checkExpectation", (request, response) => server.emit("request", request, response));
    server.on("connect", (_request, socket: Socket) => this.#rejectInOrder(socket, rejectConnect));
    server.on("clientError", (error: Error & { code?: string }, socket: Socket) => {
      const isFirst = this.#rejectInOrder(socket, () => rejectMalformed(error, socket));
      if (isFirst && !isClientDisconnect(error)) this.#counters.requestMalformed();
    });
    server.once("listening", () => {
      const timer = setInterval(() => this.#tick(), this.#limits.intervalMs).unref();
      server.once("close", () => clearInterval(timer));
      server.on("error", (error) => this.#log.warn({ err: error }, "a connection could not be accepted"));
    });
  }

  /** A listener that passes requests to another one, those of a connection one at a time. */
  inOrder(handle: RequestListener): RequestListener {
    return (request, response) => {
      if (request.socket.destroyed) return; // closed in this turn of the event loop: a response could not be sent
      const exchanges = this.#all.get(request.socket)?.exchanges;
      const exchange = exchanges?.at(-1);
      if (exchange && exchange !== exchanges?.[0]) exchange.start = () => handle(request, response);
      else handle(request, response);
    };
  }

  /**
   * Graceful shutdown: closes the port, and each connection with its next response. Connections idle for longer are
   * closed at once, the others wait a moment for a request that is on its way: it would be lost without a response.
   * Resolves when the last connection has ended, so that a slow reader gets all of its response.
   */
  async drain(server: Server): Promise<void> {
    if (!server.listening) return;
    this.#isDraining = true;
    for (const socket of this.#idle) if (this.#isOld(socket)) socket.destroy();
    for (const { exchanges } of this.#all.values())
      for (const { response } of exchanges) response.shouldKeepAlive = false;
    // Node's own counts a connection as idle whose response is not yet read, and `close` would call it at once.
    server.closeIdleConnections = () => undefined;
    const closed = new Promise<void>((done) => void server.close(() => done()));
    await timeoutOr(this.#limits.drainMs, closed, undefined);
    // A busy event loop is late with its timers: what has arrived meanwhile is read before connections count as idle.
    for (let turn = 0; turn < 2; turn += 1) await setImmediate();
    for (const socket of this.#idle) socket.destroy();
    await closed;
  }

  #admit(socket: Socket): void {
    const { maxConnections } = this.#limits;
    if (maxConnections > 0 && this.#all.size >= maxConnections && !this.#evict()) {
      this.#drop(socket, "limit");
      return;
    }
    this.#counters.connectionOpened();
    const since = performance.now();
    const connection = {
      since,
      exchanges: [],
      last: undefined,
      rejection: undefined,
      writing: undefined,
    };
    this.#all.set(socket, connection);
    this.#idle.add(socket);
    socket.once("close", () => this.#remove(socket));
  }

  #remove(socket: Socket): void {
    if (!this.#all.delete(socket)) return;
    this.#idle.delete(socket);
    this.#busy.delete(socket);
    this.#counters.connectionClosed();
  }

  /** Evicts one connection; false if none can be. */
  #evict(): boolean {
    const socket = this.#longestUnused();
    if (!socket) return false;
    this.#drop(socket, "evicted");
    this.#remove(socket); // its close event comes later, but the slot is needed now
    return true;
  }

  /**
   * The longest idle connection; if it is idle only briefly, a connection that is slow to send its request goes first.
   */
  #longestUnused(): Socket | undefined {
    const [idle] = this.#idle;
    if (idle && this.#isOld(idle)) return idle;
    const receiving = this.#oldestReceiving();
    return receiving && this.#isOld(receiving) ? receiving : (idle ?? receiving);
  }

  #isOld(socket: Socket): boolean {
    return performance.now() - (this.#all.get(socket)?.since ?? 0) >= this.#limits.intervalMs;
  }

  /** The oldest connection that has not received a whole request. */
  #oldestReceiving(): Socket | undefined {
    let inspected = 0;
    for (const socket of this.#busy) {
      const exchanges = this.#all.get(socket)?.exchanges ?? [];
      if (exchanges.every(({ request }) => !request.complete)) return socket;
      inspected += 1;
      if (inspected === maxInspected) return undefined;
    }
    return undefined;
  }

  #drop(socket: Socket, reason: CloseReason): void {
    this.#counters.connectionDropped(reason);
    this.#dropped[reason] += 1;
    socket.destroy();
  }

  #begin(exchange: Exchange): void {
    const { socket } = exchange.request;
    const connection = this.#all.get(socket);
    if (!connection || socket.destroyed) return; // closed in this turn of the event loop
    if (connection.exchanges.length >= maxPipelined) return this.#drop(socket, "pipelined");
    connection.exchanges.push(exchange);
    if (this.#isDraining) exchange.response.shouldKeepAlive = false;
    connection.last = exchange;
    if (this.#idle.delete(socket)) this.#move(socket, connection, this.#busy);
    exchange.response.on("close", () => this.#end(socket, exchange));
  }

  #end(socket: Socket, exchange: Exchange): void {
    const connection = this.#all.get(socket);
    if (!connection) return;
    const { exchanges } = connection;
    exchanges.splice(exchanges.indexOf(exchange), 1);
    if (connection.last === exchange && exchange.request.complete) connection.last = undefined;
    connection.rejection?.();
    if (exchanges.length > 0) {
      if (socket.writable) exchanges[0]?.start?.();
      return;
    }
    connection.writing = undefined;
    this.#busy.delete(socket);
    this.#move(socket, connection, this.#idle);
  }

  #move(socket: Socket, connection: Connection, to: Set<Socket>): void {
    connection.since = performance.now();
    to.add(socket);
  }

  /** Rejects a malformed request once, after the responses in progress. */
  #rejectInOrder(socket: Socket, reject: (socket: Socket) => void): boolean {
    const connection = this.#all.get(socket);
    if (!connection || connection.rejection) return false;
    connection.rejection = () => {
      const { exchanges, last } = connection;
      const isCut = last !== undefined && !last.request.complete;
      if (exchanges.some((exchange) => !isCut || exchange !== last)) return;
      if (isCut && last.response.headersSent)
        socket.destroySoon(); // it has its response
      else reject(socket);
    };
    connection.rejection();
    return true;
  }

  #tick(): void {
    const now = performance.now();
    this.#dropStalled();
    void this.#probeDescriptors(now);
    const { limit, evicted, stalled, pipelined } = this.#dropped;
    if (limit + evicted + stalled + pipelined === 0 || now - this.#warnedAt < warnIntervalMs) return;
    this.#warnedAt = now;
    this.#dropped = { limit: 0, evicted: 0, stalled: 0, pipelined: 0 };
    this.#log.warn(
      {
        refused: limit,
        idle_closed: evicted,
        stalled_closed: stalled,
        pipelined_closed: pipelined,
        limit: this.#limits.maxConnections,
      },
      "connections were closed: over the limit, stalled, or with too many pipelined requests",
    );
  }

  #dropStalled(): void {
    const { stalledMs, responseMs, maxUnsentBytes, intervalMs } = this.#limits;
    const candidates: [number, Socket][] = [];
    let unsent = 0;
    for (const socket of this.#busy) {
      const writing = this.#measureWriting(socket);
      if (!writing) continue;
      if (writing.stalledTicks * intervalMs >= stalledMs || writing.ticks * intervalMs >= responseMs) {
        this.#drop(socket, "stalled");
        continue;
      }
      unsent += writing.unsentBytes;
      if (writing.ticks > 0) candidates.push([writing.ticks, socket]);
    }
    for (const [, socket] of candidates.sort(([a], [b]) => b - a)) {
      if (unsent <= maxUnsentBytes) return;
      unsent -= socket.writableLength;
      this.#drop(socket, "stalled");
    }
  }

  /** The progress of a connection's responses; undefined if nothing is unsent. */
  #measureWriting(socket: Socket): WriteProgress | undefined {
    const connection = this.#all.get(socket);
    const unsentBytes = socket.writableLength;
    if (!connection || unsentBytes === 0) {
      if (connection) connection.writing = undefined;
      return undefined;
    }
    const [first] = connection.exchanges;
    const queuedBytes = queuedBytesOf(socket);
    const progress = connection.writing;
    if (!progress || progress.first !== first)
      return (connection.writing = { first, unsentBytes, queuedBytes, ticks: 0, stalledTicks: 0 });
    const isStalled = progress.unsentBytes === unsentBytes && progress.queuedBytes === queuedBytes;
    Object.assign(progress, {
      unsentBytes,
      queuedBytes,
      ticks: progress.ticks + 1,
      stalledTicks: isStalled ? progress.stalledTicks + 1 : 0,
    });
    return progress;
  }

  /** Opening a file is the only way to detect that no descriptors are left: accepting fails silently. */
  async #probeDescriptors(now: number): Promise<void> {
    try {
      const file = await open("/dev/null");
      await file.close();
      this.#exhausted = false;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EMFILE" && code !== "ENFILE") return;
      for (let n = 0; n < shedBatchSize && this.#idle.size > 0; n += 1) this.#evict();
      if (this.#exhausted && now - this.#warnedAt < warnIntervalMs) return;
      this.#exhausted = true;
      this.#warnedAt = now;
      this.#log.warn(
        { code, connections: this.#all.size },
        "there are no file descriptors left: raise the limit of open files, or lower DOSSIER_MAX_CONNECTIONS",
      );
    }
  }
}

/** Unsent bytes of the current write, which only Node's handle reveals. */
function queuedBytesOf(socket: Socket): number {
  const { _handle: handle } = socket as unknown as { _handle?: { writeQueueSize?: number } | null };
  return handle?.writeQueueSize ?? 0;
}
