/**
 * Keys derived from the installation secret (HKDF), one for each purpose: the secret itself encrypts and signs nothing.
 * What was sealed or signed for one purpose does not open, nor pass, for another. The secret is not in the database, so
 * a copy of the tables alone opens nothing.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import type { Secret } from "./context.ts";

const algorithm = "aes-256-gcm";
/** The first byte of what is sealed; another format gets another number. */
const version = 1;
const nonceLength = 12;
const tagLength = 16;

/**
 * Seals a text or bytes: version byte, nonce, ciphertext, tag. The same content never seals to the same bytes.
 *
 * @param secret the installation's; the current one seals
 * @param purpose what it is for, such as `webhook 3`; needed again to open it
 */
export function seal(secret: Secret, purpose: string, content: string | Buffer): Buffer {
  const nonce = randomBytes(nonceLength);
  const head = Buffer.concat([Buffer.of(version), nonce]);
  const cipher = createCipheriv(algorithm, deriveKey(secret.current, "secret-box", purpose), nonce).setAAD(
    head,
  );
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return Buffer.concat([head, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Opens a text that was sealed with the current or the previous secret, for the same purpose.
 *
 * @throws Error if it was sealed with another secret or for another purpose, or was changed
 */
export function open(secret: Secret, purpose: string, sealed: Buffer): string {
  const opened = tryToOpen(secret, purpose, sealed);
  if (!opened) throw decryptionError(purpose);
  return opened.toString();
}

/** The same for bytes; undefined for what does not open. */
export function tryToOpen(
  { current, previous }: Secret,
  purpose: string,
  sealed: Buffer,
): Buffer | undefined {
  return openWith(current, purpose, sealed) ?? (previous && openWith(previous, purpose, sealed));
}

/**
 * Reseals under the current secret what was sealed under the previous one; undefined if that is not needed.
 *
 * @throws Error if it opens with neither
 */
export function reseal(secret: Secret, purpose: string, sealed: Buffer): Buffer | undefined {
  const { current, previous } = secret;
  if (openWith(current, purpose, sealed)) return undefined;
  const opened = previous && openWith(previous, purpose, sealed);
  if (!opened) throw decryptionError(purpose);
  return seal(secret, purpose, opened);
}

/** Identifies a secret beside the data, without revealing it. */
export function secretFingerprint(secret: Buffer): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", "dossier secret name", 16));
}

/** Hashes a content under one secret, for one purpose (HMAC): 32 bytes. */
export function keyedHash(secret: Buffer, purpose: string, content: string | Buffer): Buffer {
  return createHmac("sha256", deriveKey(secret, "keyed-hash", purpose))
    .update(content)
    .digest();
}

/** 96 bits: a forger can only guess online. */
export const signatureLength = 12;

/** Signs a content with the current secret, for one purpose. */
export function sign({ current }: Secret, purpose: string, content: string | Buffer): Buffer {
  return keyedHash(current, purpose, content).subarray(0, signatureLength);
}

/** Whether the current or the previous secret signed this content, for this purpose. */
export function isSigned(
  { current, previous }: Secret,
  purpose: string,
  content: string | Buffer,
  signature: Buffer,
): boolean {
  if (signature.length !== signatureLength) return false;
  const isSignedBy = (secret: Buffer) =>
    timingSafeEqual(signature, keyedHash(secret, purpose, content).subarray(0, signatureLength));
  return isSignedBy(current) || (previous !== undefined && isSignedBy(previous));
}

function openWith(secret: Buffer, purpose: string, sealed: Buffer): Buffer | undefined {
  const headLength = 1 + nonceLength;
  if (sealed.length < headLength + tagLength || sealed[0] !== version) return undefined;
  const head = sealed.subarray(0, headLength);
  const decipher = createDecipheriv(algorithm, deriveKey(secret, "secret-box", purpose), head.subarray(1), {
    authTagLength: tagLength,
  }).setAAD(head);
  decipher.setAuthTag(sealed.subarray(-tagLength));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(headLength, -tagLength)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Cache of derived keys, by secret: HKDF costs as much as the work that its key is for. */
const derivedKeys = new WeakMap<Buffer, Map<string, KeyObject>>();
/** Of one secret. Every webhook and brand has a purpose of its own, so a full cache is emptied. */
const maxDerivedKeys = 1000;

/** The key of a secret for a use and purpose: a key that seals never signs. */
function deriveKey(secret: Buffer, use: "secret-box" | "keyed-hash", purpose: string): KeyObject {
  const keys = derivedKeys.get(secret) ?? new Map<string, KeyObject>();
  const name = `dossier ${use} ${purpose}`;
  const cached = keys.get(name);
  if (cached) return cached;
  const key = createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", name, 32)));
  if (keys.size >= maxDerivedKeys) keys.clear();
  derivedKeys.set(secret, keys.set(name, key));
  return key;
}

function decryptionError(purpose: string): Error {
  return new Error(
    `The secret of ${purpose} does not open: it was sealed with another installation secret, or changed.`,
  );
}
