/**
 * Arrival control: decides from the head of a request alone which endpoint it is for, which known key it carries, and
 * whether it is admitted. Invariant: a rejected request costs no lookup, and its body is not read.
 */
import type { Endpoint } from "@dossier/api";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Db } from "../../db/database.ts";
import { overloadError } from "../../db/errors.ts";
import { DisconnectSignal } from "../../db/requester.ts";
import type { Secret } from "../../domain/context.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import { queryOf } from "../body/body.ts";
import { type Credential, hashOnArrival, readCredential } from "../credentials.ts";
import type { RateLimit } from "../rate-limit.ts";
import type { Route } from "../router.ts";
import { createAddressLimit } from "./address-limit.ts";
import { type Admission, healthKey, requestClassOf, createAdmission, unknownKey } from "./admission.ts";
import { createPacing, type Pacing } from "./pacing.ts";
import { createReject, type Rejection, createRejection } from "./load-shedding.ts";

/** A request that was admitted. */
export interface AdmittedRequest {
  /** its endpoint; undefined if there is none */
  route: Route | undefined;
  credential: Credential | undefined;
  /** the SHA-256 of its key */
  hash: Buffer | undefined;
  /** whether its key was unknown on arrival */
  isUnauthenticated: boolean;
  /** aborts when the connection closes before the response is complete */
  signal: DisconnectSignal;
  /** its place among the requests in progress */
  slot: Slot | undefined;
  /** takes a place among them; undefined if there is none */
  takeSlot(): Slot | undefined;
}

interface Slot {
  release(): void;
}

declare module "fastify" {
  interface FastifyRequest {
    /** undefined outside the API */
    admission: AdmittedRequest | "rejected" | undefined;
  }
}

/** The limits and services that arrival control uses. */
export interface ArrivalOptions {
  db: Pick<Db, "presence" | "timeouts">;
  limit: RateLimit;
  /** requests per minute and key; 0 also disables the limit per address */
  rateLimit: number;
  metrics: Metrics;
  route: (method: string, path: string) => Route | { allow: string[] };
  recognise(hash: Buffer): number | undefined;
  /** the paths of health checks, which take turns of their own */
  healthPaths: readonly string[];
  keyInQuery: boolean;
  secret: Secret;
  /** the headers of every response */
  commonHeaders: Readonly<Record<string, string>>;
}

/** Admits requests, and releases what they hold. */
export interface ArrivalControl {
  /** Undefined if a request outside the API may be handled now, otherwise a promise for its turn. */
  waitOutsideApi(path: string): Promise<void> | undefined;
  /** Admits a request; a rejected one has its response already. */
  admit(request: FastifyRequest, reply: FastifyReply, path: string): boolean;
  /**
   * Reads the body of an admitted request. A small one that has not arrived holds no place until it has, so that slow
   * clients keep none from others; the body of one that then finds no place is dropped.
   */
  receive<T>(request: FastifyRequest, read: () => Promise<T>): Promise<T>;
  /** Releases the place of an admitted request that is no longer in progress, though its connection stays. */
  leave(request: FastifyRequest): void;
  /** Releases an admitted request when its connection is finished with it. */
  finish(request: FastifyRequest, reply: FastifyReply): void;
  /** The admitted request; undefined outside the API. */
  admittedRequest(request: FastifyRequest): AdmittedRequest | undefined;
  wasRejected(request: FastifyRequest): boolean;
  /** Notes that the key of a request is valid: the request no longer counts against its address. */
  markAuthenticated(request: FastifyRequest): void;
  /** Runs the handler of a request when the semaphore permits. */
  run: Admission["run"];
  /** Spreads responses over turns of the event loop. */
  pacing: Pacing;
  /** Adds the time that a response waited for pacing. */
  addDelay: Admission["addDelay"];
}

const overloadRejection = createRejection(
  "unavailable",
  "The server is busy. Nothing was changed; try again.",
  1,
);

export function createArrivalControl(options: ArrivalOptions): ArrivalControl {
  const { limit, metrics } = options;
  const admission = createAdmission(options.db);
  const addresses = options.rateLimit > 0 ? createAddressLimit() : undefined;
  const reject = createReject(options.commonHeaders);
  metrics.observeAdmission(admission.counts);

  /** Admits a request, or returns the reason for its rejection. */
  function decide(request: FastifyRequest, route: Route | undefined): Decision {
    const { credential, hash, keyId } = identify(options, request);
    const isUnauthenticated = keyId === undefined && request.method !== "OPTIONS"; // browsers send OPTIONS without a key
    if (isUnauthenticated) {
      const wait = addresses?.takeToken(request.ip);
      if (wait !== undefined) return { reason: "address", rejection: addressRejection(wait) };
    } else if (keyId !== undefined && route) {
      const rejection = limit.exhausted(keyId);
      if (rejection) return { reason: "rate_limit", rejection };
    }
    const requestClass = route ? requestClassOf(route.name, route.row, isScan(route.row, request)) : "read";
    const takeSlot = () => admission.admit(requestClass, keyId ?? unknownKey);
    const slot = takeSlot();
    if (slot) {
      const signal = new DisconnectSignal();
      return { admitted: { route, credential, hash, isUnauthenticated, signal, slot, takeSlot } };
    }
    const retryAfter = 1 + Math.floor(3 * Math.random()); // spreads the retries
    return { reason: "overload", rejection: { ...overloadRejection, retryAfter } };
  }

  function leave(request: FastifyRequest): void {
    const entry = admittedRequest(request);
    entry?.slot?.release();
    if (entry) entry.slot = undefined;
  }

  const pacing = createPacing(options.db.presence);
  return {
    run: admission.run,
    pacing,
    waitOutsideApi(path) {
      if (isApi(path)) return undefined;
      return pacing.wait(options.healthPaths.includes(path) ? healthKey : unknownKey);
    },
    addDelay: admission.addDelay,
    admittedRequest,
    wasRejected: (request) => request.admission === "rejected",
    markAuthenticated(request) {
      if (admittedRequest(request)?.isUnauthenticated) addresses?.returnToken(request.ip);
    },
    admit(request, reply, path) {
      if (!isApi(path)) return true;
      const found = findRoute(options, request, path);
      const decision = decide(request, found);
      if ("rejection" in decision) {
        const { status, code } = decision.rejection;
        const endpoint = found?.name ?? "none";
        metrics.requestShed({ endpoint, method: request.method, status, code, reason: decision.reason });
        request.admission = "rejected";
        reject(request, reply, decision.rejection);
        return false;
      }
      request.admission = decision.admitted;
      return true;
    },
    leave,
    receive(request, read) {
      const entry = admittedRequest(request);
      if (request.raw.complete || !entry?.slot || !isSmall(request)) return read();
      leave(request);
      const shed = {
        endpoint: entry.route?.name ?? "none",
        method: request.method,
        reason: "overload",
      } as const;
      return takeSlotAfter(read, entry, ({ status, code }) => metrics.requestShed({ ...shed, status, code }));
    },
    finish(request, reply) {
      const entry = admittedRequest(request);
      if (!entry) return;
      leave(request);
      if (!reply.raw.writableEnded) entry.signal.abort();
    },
  };
}

type Decision =
  | { admitted: AdmittedRequest }
  | { rejection: Rejection; reason: "overload" | "rate_limit" | "address" };

function admittedRequest({ admission }: FastifyRequest): AdmittedRequest | undefined {
  return admission === "rejected" ? undefined : admission;
}

function isApi(path: string): boolean {
  return /^\/api\/v2(\/|$)/i.test(path);
}

function findRoute({ route }: ArrivalOptions, request: FastifyRequest, path: string): Route | undefined {
  try {
    const found = route(request.method, path);
    return "row" in found ? found : undefined;
  } catch {
    return undefined; // the handler reports the error later
  }
}

function identify({ keyInQuery, secret, recognise }: ArrivalOptions, request: FastifyRequest) {
  try {
    const credential = readCredential(request, keyInQuery, secret);
    const hash = hashOnArrival(credential, request);
    return { credential, hash, keyId: recognise(hash) };
  } catch {
    return { credential: undefined, hash: undefined, keyId: undefined }; // as above
  }
}

/** Whether the query seems to name a field that makes the call a scan; the query is not decoded here. */
function isScan({ costs }: Endpoint, request: FastifyRequest): boolean {
  if (!costs) return false;
  const query = queryOf(request).toLowerCase();
  return Object.keys(costs).some((field) => query.startsWith(`${field}=`) || query.includes(`&${field}=`));
}

/** Bodies that are held in memory without a place among the requests in progress: up to 16 KiB, their length given. */
const maxBytesWithoutSlot = 16 * 1024;

function isSmall({ headers }: FastifyRequest): boolean {
  return Number(headers["content-length"]) <= maxBytesWithoutSlot;
}

/** Reads a body, and then takes the place that its request gave back. */
async function takeSlotAfter<T>(
  read: () => Promise<T>,
  entry: AdmittedRequest,
  countRejection: (rejection: Rejection) => void,
): Promise<T> {
  const body = await read();
  if (entry.signal.aborted) return body; // nothing is left to release the place
  entry.slot = entry.takeSlot();
  if (entry.slot) return body;
  countRejection(overloadRejection);
  throw overloadError();
}

function addressRejection(wait: number): Rejection {
  const message = `Too many requests without a valid key came from this address. Try again in ${wait} s.`;
  return createRejection("rate_limited", message, wait);
}
