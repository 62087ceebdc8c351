/**
 * The session cookie: the hash of a key and an end, sealed under the installation's secret. Nothing is stored, a
 * revoked key ends its sessions, and the cookie alone is no key. Because browsers send it by themselves, everything
 * that may write must come from a page of this very origin.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { DossierError } from "@dossier/api";
import type { FastifyReply, FastifyRequest } from "fastify";

const cookieName = "dossier_session";
const lifetime = 12 * 60 * 60;
const path = "/api/v2";

/** Sets the cookie that stands for the key with this hash. */
export function openSession(reply: FastifyReply, secret: Buffer, hash: Buffer): void {
  setCookie(reply, seal(secret, hash, Math.floor(Date.now() / 1000) + lifetime), lifetime);
}

/** Takes the cookie away. */
export function closeSession(reply: FastifyReply): void {
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
 * The hash of the key that the request's cookie stands for.
 *
 * @throws DossierError `invalid_key` for a cookie that is forged or over, or that a foreign page made the browser send
 */
export function readSession(request: FastifyRequest, secret: Buffer): Buffer | undefined {
  const cookies = request.headers.cookie?.split(";").map((one) => one.trim()) ?? [];
  const sent = cookies.find((one) => one.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
  if (sent === undefined) return undefined;
  if (sent === "") throw new DossierError("missing_key", "The session is over. Open another with a key.");
  checkOrigin(request);
  const hash = unseal(secret, sent);
  if (!hash) throw new DossierError("invalid_key", "The API key is not valid.");
  return hash;
}

function checkOrigin(request: FastifyRequest): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  if (request.headers.origin === `${request.protocol}://${request.host}`) return;
  throw new DossierError(
    "invalid_key",
    "A session may change things only from a page of this server: the Origin header is missing or another's.",
  );
}

function seal(secret: Buffer, hash: Buffer, until: number): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", secret, nonce);
  const end = Buffer.alloc(8);
  end.writeBigUInt64BE(BigInt(until));
  const sealed = Buffer.concat([cipher.update(end), cipher.update(hash), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
}

function unseal(secret: Buffer, sent: string): Buffer | undefined {
  const bytes = Buffer.from(sent, "base64url");
  if (bytes.length !== 12 + 16 + 8 + 32) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", secret, bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(bytes.subarray(12, 28));
  try {
    const opened = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
    return opened.readBigUInt64BE(0) * 1000n > BigInt(Date.now()) ? opened.subarray(8) : undefined;
  } catch {
    return undefined;
  }
}
