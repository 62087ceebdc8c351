/**
 * Request pipeline: a request becomes one domain call and one response. `answer` performs every step once, in the order
 * in which the contract ranks errors.
 */
import {
  type ChannelType,
  type DossierError,
  type Endpoint,
  type RawField,
  readInput,
  sentName,
} from "@dossier/api";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Requester } from "../db/requester.ts";
import type { RequestContext } from "../domain/context.ts";
import type { Session } from "../domain/key/session.ts";
import { runInOrder } from "../domain/command-order.ts";
import { findIgnoredNames } from "../domain/customer/unknown-names.ts";
import { handlerOf } from "../handlers.ts";
import { type RequestClass, requestClassOf, unknownKey } from "./admission/admission.ts";
import type { ArrivalControl } from "./admission/arrival.ts";
import { sendResponse } from "./response.ts";
import { readFields } from "./body/body.ts";
import { readClientUser } from "./client-user.ts";
import { readIfMatch, readIdempotencyKey } from "./conditional-headers.ts";
import { type Credential, hashOfCredential, readCredential } from "./credentials.ts";
import { toDossierError, sendError } from "./error-response.ts";
import { MalformedHeadError } from "./request-head.ts";
import type { Identified, Identify } from "./metrics.ts";
import { type RequiredPermission, assertPermission } from "./permission.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { createRouter, Route } from "./router.ts";
import type { HttpOptions, Service } from "./service.ts";
import { setSessionCookie, clearSessionCookie } from "./session-cookie.ts";
import { countFinished, recordOf } from "./request-log.ts";

/** The dependencies of request handling. */
export interface RequestDeps {
  service: Service;
  options: HttpOptions;
  arrival: ArrivalControl;
  limit: RateLimit;
  route: ReturnType<typeof createRouter>;
}

/** Handles the requests of one application. */
export class RequestHandler {
  readonly #deps: RequestDeps;
  readonly identify: Identify;
  #inFlight = 0;
  #onDrained: (() => void) | undefined;

  constructor(deps: RequestDeps) {
    this.#deps = deps;
    this.identify = (credential, hash) => identifyBy(deps.service, credential, hash);
  }

  /** Checks that the caller has the permission, and counts the request against its key. */
  async authorize(
    request: FastifyRequest,
    reply: FastifyReply,
    needed: RequiredPermission,
    identify: Identify = this.identify,
  ): Promise<Identified & { credential: Credential }> {
    const { arrival, limit, options, service } = this.#deps;
    const admitted = arrival.admittedRequest(request);
    const credential = admitted?.credential ?? readCredential(request, options.keyInQuery, service.secret);
    const { caller, session } = await identify(credential, admitted?.hash);
    arrival.markAuthenticated(request);
    recordOf(request).keyId = caller.keyId;
    const counted = limit.countRequest(reply, caller, 1);
    if (counted) await counted;
    assertPermission(needed, caller);
    return { credential, caller, session };
  }

  /** Resolves when no handler is running, including those of disconnected clients. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#inFlight === 0) resolve();
      else this.#onDrained = resolve;
    });
  }

  /** Handles a request of the API from admission to response. */
  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    this.#inFlight += 1;
    let key = unknownKey;
    let kind: RequestClass | undefined;
    try {
      const { service, options, route, arrival, limit } = this.#deps;
      const record = recordOf(request);
      const found = arrival.admittedRequest(request)?.route ?? route(request.method, pathOf(request));
      if ("allow" in found) {
        await this.#takeTurn(key, kind);
        return await reply.header("allow", found.allow.join(", ")).send();
      }
      record.endpoint = found.name;
      service.inFlight?.begin(found.name);
      const { credential, caller, session } = await this.authorize(request, reply, found.row);
      key = caller.keyId;
      const fields = await arrival.receive(request, () => readFields(found.row, request));
      const types = await service.listTypes();
      const policy = {
        strict: caller.strict === true,
        ignoreUnknownQuery: options.unknownQuery === "ignore",
      };
      const { input, ignored } = readInput(found.row, fields, found.pathId, types, policy);
      const cost = costOf(found.row, input);
      if (cost > 1) await limit.countRequest(reply, caller, cost - 1);
      const requester = { key: caller.keyId, signal: arrival.admittedRequest(request)?.signal };
      const lookUpCaller = () => service.lookUpCaller(hashOfCredential(credential), session?.id);
      const identity = { caller, session, requester, sessionIdle: options.sessionIdle, lookUpCaller };
      const ctx = contextOf(service, found, request, identity, types, fields, input);
      const requestClass = requestClassOf(found.name, found.row, cost > 1);
      kind = requestClass;
      const run = () => arrival.run(requestClass, requester, () => runOperation(found, ctx, input, ignored));
      const result = await (isRead(found.row) ? run() : runInOrder(ctx, input, run));
      await this.#takeTurn(key, kind);
      const { session: opened } = result as { session?: Session & { keyHash?: Buffer } };
      if (opened) {
        const keyHash = opened.keyHash ?? hashOfCredential(credential);
        setSessionCookie(reply, service.secret, keyHash, opened);
        if (!opened.keyHash) service.sessionOpened(keyHash); // by a start link nobody needs to have the key
      }
      if (found.row.stream) {
        arrival.leave(request); // from here on nobody waits for it
        countFinished(service, request, reply, true);
      }
      if (found.row.cookie === "closes") clearSessionCookie(reply);
      return await sendResponse(
        reply,
        found.row,
        ctx,
        result,
        (error) => void this.#recordError(request, reply, error),
      );
    } catch (error) {
      await this.#takeTurn(key, kind);
      throw error;
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#onDrained?.();
    }
  }

  /** Waits until pacing permits a response. The wait counts as latency of its class. */
  async #takeTurn(key: number, kind: RequestClass | undefined): Promise<void> {
    const { pacing, addDelay } = this.#deps.arrival;
    const turn = pacing.wait(key);
    if (!turn) return;
    const begun = performance.now();
    await turn;
    if (kind) addDelay(kind, performance.now() - begun);
  }

  /** Sends an error. */
  fail(request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply {
    const error = this.#recordError(request, reply, thrown);
    if (error.code === "too_large" || error instanceof MalformedHeadError)
      void reply.header("connection", "close");
    return sendError(request, reply, error);
  }

  /** Records an error in log and metrics. */
  #recordError(request: FastifyRequest, reply: FastifyReply, thrown: unknown): DossierError {
    const { service } = this.#deps;
    const error = toDossierError(thrown);
    recordOf(request).error = error;
    const isAbandoned = error.code === "unavailable" && reply.raw.destroyed; // abandoned: nothing failed
    if (error.status >= 500 && !isAbandoned)
      service.log.error({ request_id: request.id, code: error.code, err: error }, "a request failed");
    return error;
  }
}

/** The path of a request, without its query. */
export function pathOf(request: FastifyRequest): string {
  const [path = "/"] = (request.raw.url ?? "/").split("?", 1);
  return path;
}

/** Identifies the caller. A session acts for a person. */
async function identifyBy(service: Service, credential: Credential, hash?: Buffer): Promise<Identified> {
  if ("key" in credential)
    return { caller: await service.authenticate(credential.key, hash), session: undefined };
  const { caller, session } = await service.authenticateSession(credential.hash, credential.id);
  return { caller: { ...caller, source: "agent", opensSessionsOnly: false }, session };
}

/** Runs the operation. The response of a documented one lists the names that it left out, and does not store them. */
async function runOperation(
  { name, row }: Route,
  ctx: RequestContext,
  input: object,
  ignored: readonly string[],
): Promise<object> {
  const names = row.legacyWire ? await findIgnoredNames(ctx, row, input, ignored) : [];
  const result = await handlerOf(name)(ctx, input);
  return names.length > 0 ? { ...result, ignored: names } : result;
}

/** The rate-limit cost of a call. */
function costOf({ costs = {} }: Endpoint, input: unknown): number {
  const sent = input as Readonly<Record<string, unknown>>;
  return Math.max(
    1,
    ...Object.keys(costs).map((field) => (sent[field] === undefined ? 1 : (costs[field] ?? 1))),
  );
}

function isRead(row: Endpoint): boolean {
  return row.method === "GET" || row.search === true || row.dryRun === true;
}

type Identity = Identified & Pick<RequestContext, "sessionIdle" | "lookUpCaller">;

function contextOf(
  service: Service,
  { name, row }: Route,
  request: FastifyRequest,
  { requester, ...identity }: Identity & { requester: Requester },
  channelTypes: readonly ChannelType[],
  sent: readonly RawField[],
  input: unknown,
): RequestContext {
  service.db.presence.markActive(identity.caller.keyId);
  return {
    db: service.db.forRequester(requester),
    batcher: service.batcher,
    egress: service.egress,
    secret: service.secret,
    ...identity,
    operation: name,
    entity: row.entity,
    channelTypes,
    ifMatch: readIfMatch(row, request),
    idempotencyKey: readIdempotencyKey(row, request, input, service.secret),
    clientUser: readClientUser(request),
    readHealth: service.readHealth,
    changeStreams: service.changeStreams,
    lastEventId: row.stream ? request.headers["last-event-id"]?.toString() : undefined,
    readBackups: service.readBackups,
    replayed: false,
    wireName: (ours) => sentName(row, sent, ours),
    invalidateKeys: service.invalidateKeys,
    invalidateSessions: service.invalidateSessions,
    invalidateChannelTypes: service.invalidateTypes,
  };
}
