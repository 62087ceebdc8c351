/**
 * Secrets that Dossier must be able to say again, as they stand in the database: sealed under the installation's own
 * secret, which is not in the database, so that a copy of the tables alone opens nothing. The purpose is part of the
 * key: what was sealed for one thing does not open as another.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const algorithm = "aes-256-gcm";
/** What stands first in a sealed text; another way of sealing gets another number. */
const version = 1;
const nonceLength = 12;
const tagLength = 16;

/**
 * Seals a text: version byte, nonce, ciphertext, tag. Twice the same text never looks the same.
 *
 * @param secret the installation's, 32 bytes
 * @param purpose what it is for, such as `webhook 3`; needed again to open it
 */
export function seal(secret: Buffer, purpose: string, text: string): Buffer {
  const nonce = randomBytes(nonceLength);
  const head = Buffer.concat([Buffer.of(version), nonce]);
  const cipher = createCipheriv(algorithm, keyFor(secret, purpose), nonce).setAAD(head);
  return Buffer.concat([head, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Opens what was sealed with the same secret for the same purpose.
 *
 * @throws Error when it was sealed with another secret, for something else, or was changed
 */
export function open(secret: Buffer, purpose: string, sealed: Buffer): string {
  const headLength = 1 + nonceLength;
  if (sealed.length < headLength + tagLength || sealed[0] !== version) throw unopened(purpose);
  const head = sealed.subarray(0, headLength);
  const decipher = createDecipheriv(algorithm, keyFor(secret, purpose), head.subarray(1), {
    authTagLength: tagLength,
  }).setAAD(head);
  decipher.setAuthTag(sealed.subarray(-tagLength));
  try {
    return (
      decipher.update(sealed.subarray(headLength, -tagLength), undefined, "utf8") + decipher.final("utf8")
    );
  } catch {
    throw unopened(purpose);
  }
}

function keyFor(secret: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `dossier secret-box ${purpose}`, 32));
}

function unopened(purpose: string): Error {
  return new Error(
    `The secret of ${purpose} does not open: it was sealed with another installation secret, or changed.`,
  );
}
