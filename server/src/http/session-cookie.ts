/**
 * Session cookie: the hash of a key and the number of a session, sealed under the installation secret. It is valid
 * while the key is valid and the session is open (domain/key/session.ts); the cookie is no key itself. Browsers send
 * cookies with cross-site requests, so every request that may write must come from a page of this origin.
 */
import { DossierError } from "@dossier/api";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Secret } from "../domain/context.ts";
import { seal, tryToOpen } from "../domain/encryption.ts";
import type { Session } from "../domain/key/session.ts";

const cookieName = "dossier_session";
const path = "/api/v2";
const purpose = "session cookie";
const hashLength = 32;

/** The content of a cookie: the SHA-256 of the key's text, and the number of the session. */
export interface SessionCookie {
  hash: Buffer;
  id: Buffer;
}

/** Sets the cookie of a session of the key with this hash, for the rest of its lifetime. */
export function setSessionCookie(
  reply: FastifyReply,
  secret: Secret,
  hash: Buffer,
  { id, seconds }: Session,
): void {
  const sealed = seal(secret, purpose, Buffer.concat([hash, id]));
  setCookie(reply, sealed.toString("base64url"), seconds);
}

/** Clears the cookie. */
export function clearSessionCookie(reply: FastifyReply): void {
  setCookie(reply, "", 0);
}

function setCookie(reply: FastifyReply, value: string, seconds: number): void {
  const secure = reply.request.protocol === "https" ? "; Secure" : "";
  void reply.header(
    "set-cookie",
    `${cookieName}=${value}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`,
  );
}

/**
 * The content of the request's cookie.
 *
 * @throws DossierError `invalid_key` for a forged cookie, or one that a page of another origin made the browser send
 */
export function readSessionCookie(request: FastifyRequest, secret: Secret): SessionCookie | undefined {
  const cookies = request.headers.cookie?.split(";").map((one) => one.trim()) ?? [];
  const sent = cookies.find((one) => one.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
  if (sent === undefined) return undefined;
  if (sent === "") throw new DossierError("missing_key", "The session is over. Open another with a key.");
  assertSameOrigin(request);
  const opened = tryToOpen(secret, purpose, Buffer.from(sent, "base64url"));
  if (!opened) throw new DossierError("invalid_key", "The API key is not valid.");
  return { hash: opened.subarray(0, hashLength), id: opened.subarray(hashLength) };
}

function assertSameOrigin(request: FastifyRequest): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  if (request.headers.origin === `${request.protocol}://${request.host}`) return;
  throw new DossierError(
    "invalid_key",
    "A session may change things only from a page of this server: the Origin header is missing or another's.",
  );
}
