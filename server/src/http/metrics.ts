/**
 * `GET /metrics`: every series, for a key for all brands with METRICS_READ. A cache of authorised keys keeps
 * monitoring available while the database is down: a key that was valid within the last hour is admitted again. The
 * cache holds hashes only; a rejected key is removed, and a change of any key rechecks all. Sessions are not cached.
 */
import { DossierError } from "@dossier/api";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { timeoutOr } from "../abort.ts";
import type { Caller } from "../domain/context.ts";
import type { Session } from "../domain/key/session.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { type Credential, hashOfCredential } from "./credentials.ts";
import { isPermitted, type RequiredPermission } from "./permission.ts";

/** The caller, and the session of the request, if any. */
export interface Identified {
  caller: Caller;
  session: Session | undefined;
}
export type Identify = (credential: Credential, hash?: Buffer) => Promise<Identified>;
/** Checks that the caller has the permission, and counts the request against its key. */
export type Authorize = (
  request: FastifyRequest,
  reply: FastifyReply,
  needed: RequiredPermission,
  identify: Identify,
) => Promise<unknown>;

export const metricsPath = "/metrics";
/** The series cover all brands. */
const requiredPermission: RequiredPermission = { permission: "METRICS_READ", scope: "installation" };
const maxReaders = 100;
/** The maximum age of a cached reader, in milliseconds. */
const maxAgeMs = 3_600_000;
/** The lookup timeout for a cached reader, in milliseconds. */
const lookUpTimeoutMs = 1000;

/** The dependencies of the route: identification, authorisation, and notifications of key changes. */
interface MetricsAccess {
  identify: Identify;
  authorize: Authorize;
  authenticateHash(hash: Buffer): Promise<Caller>;
  onKeyChange(listener: () => void): void;
}

export function metricsRoute(app: FastifyInstance, metrics: Metrics, access: MetricsAccess): void {
  const readers = new ReaderCache();
  access.onKeyChange(() => readers.recheck((hash) => access.authenticateHash(hash)));
  const identify: Identify = (credential) => identifyReader(readers, access, credential);
  app.get(metricsPath, async (request, reply) => {
    await access.authorize(request, reply, requiredPermission, identify);
    return reply.header("content-type", metrics.contentType).send(await metrics.read());
  });
}

/** Cache of authorised readers, by the hash of the key. */
class ReaderCache {
  readonly #cached = new Map<string, { caller: Caller; at: number }>();
  #changes = 0;

  find(hash: Buffer): Caller | undefined {
    const known = this.#cached.get(cacheKeyOf(hash));
    return known && performance.now() - known.at < maxAgeMs ? known.caller : undefined;
  }

  /** Looks a caller up; caches it if it is permitted and no key changed meanwhile. */
  async lookUp(hash: Buffer, look: () => Promise<Caller>): Promise<Caller> {
    const [at, changes] = [performance.now(), this.#changes];
    try {
      const caller = await look();
      if (!isPermitted(requiredPermission, caller)) this.#cached.delete(cacheKeyOf(hash));
      else if (changes === this.#changes) this.#store(cacheKeyOf(hash), { caller, at });
      return caller;
    } catch (error) {
      if (!isUnavailable(error)) this.#cached.delete(cacheKeyOf(hash));
      throw error;
    }
  }

  #store(name: string, entry: { caller: Caller; at: number }): void {
    this.#cached.delete(name); // reinserts at the end
    this.#cached.set(name, entry);
    const [oldest] = this.#cached.keys();
    if (this.#cached.size > maxReaders && oldest !== undefined) this.#cached.delete(oldest);
  }

  /** Empties the cache after a key change, and looks its keys up again immediately, while the database is available. */
  recheck(look: (hash: Buffer) => Promise<Caller>): void {
    this.#changes += 1;
    const hashes = [...this.#cached.keys()].map((name) => Buffer.from(name, "base64"));
    this.#cached.clear();
    for (const hash of hashes) this.lookUp(hash, () => look(hash)).catch(() => undefined);
  }
}

const cacheKeyOf = (hash: Buffer) => hash.toString("base64");

async function identifyReader(
  readers: ReaderCache,
  { identify }: MetricsAccess,
  credential: Credential,
): Promise<Identified> {
  if (!("key" in credential)) return identify(credential);
  const hash = hashOfCredential(credential);
  const reader = readers.find(hash);
  const found = readers.lookUp(hash, async () => (await identify(credential)).caller);
  if (!reader) return { caller: await found, session: undefined };
  const orBefore = found.catch((error: unknown) => {
    const still = isUnavailable(error) ? readers.find(hash) : undefined;
    if (still) return still;
    throw error;
  });
  return { caller: await timeoutOr(lookUpTimeoutMs, orBefore, reader), session: undefined };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof DossierError && error.code === "unavailable";
}
