/**
 * `GET /metrics`: every series, for a key that may see the settings. Watching matters most while the database is away
 * and no key can be looked up: whoever was let in before is let in again then. All that is remembered of a key is its
 * hash, and one that was refused is forgotten.
 */
import { DossierError, type Permission } from "@dossier/api";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { within } from "../deadline.ts";
import type { Caller } from "../domain/context.ts";
import type { Metrics } from "../metrics.ts";
import { type Credential, hashOf } from "./credentials.ts";

export type Identify = (credential: Credential) => Promise<Caller>;
/** Lets a request in that has a key with the permission, and counts it against the key. */
export type Admit = (
  request: FastifyRequest,
  reply: FastifyReply,
  permission: Permission,
  identify: Identify,
) => Promise<unknown>;

const permission: Permission = "SETTINGS_CRUD";
const mostRemembered = 100;
/** How long somebody who was let in before waits for the key to be looked up, in milliseconds. */
const lookUpLimit = 1000;

export function metricsRoute(app: FastifyInstance, metrics: Metrics, identify: Identify, admit: Admit): void {
  const identifyReader = remembering(identify);
  app.get("/metrics", async (request, reply) => {
    await admit(request, reply, permission, identifyReader);
    return reply.header("content-type", metrics.contentType).send(await metrics.read());
  });
}

function remembering(identify: Identify): Identify {
  const readers = new Map<string, Caller>();

  async function lookUp(place: string, credential: Credential): Promise<Caller> {
    try {
      const caller = await identify(credential);
      if (!caller.permissions.has(permission)) readers.delete(place);
      else if (readers.size < mostRemembered) readers.set(place, caller);
      return caller;
    } catch (error) {
      if (!isAway(error)) readers.delete(place);
      throw error;
    }
  }

  return async (credential) => {
    const place = hashOf(credential).toString("base64");
    const reader = readers.get(place);
    if (!reader) return lookUp(place, credential);
    const found = lookUp(place, credential).catch((error: unknown) => {
      if (isAway(error)) return reader;
      throw error;
    });
    return within(lookUpLimit, found, reader);
  };
}

function isAway(error: unknown): boolean {
  return error instanceof DossierError && error.code === "unavailable";
}
