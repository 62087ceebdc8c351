/**
 * Sealing the installation secret under a passphrase: scrypt makes a key of the passphrase, AES-256-GCM seals with it.
 * A holder of the backup can try passphrases, each at the cost of a quarter of a second and 128 MB.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { BackupError, type SealedSecret } from "./format.ts";

const deriveKey = promisify<
  string,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt);

/** The cost of scrypt, as a power of two: memory is 128 bytes × 8 × 2^cost. */
const cost = 17;
/** A file may not ask for more memory than this: 1 GiB. */
const maxCost = 20;
const associated = Buffer.from("dossier backup secret");

function keyOf(passphrase: string, salt: Buffer, power: number): Promise<Buffer> {
  const N = 2 ** power;
  return deriveKey(passphrase.normalize("NFC"), salt, 32, { N, r: 8, p: 1, maxmem: 1024 * N * 2 });
}

/** Seals bytes. */
export async function sealUnder(passphrase: string, secret: Buffer): Promise<SealedSecret> {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv("aes-256-gcm", await keyOf(passphrase, salt, cost), nonce).setAAD(associated);
  const sealed = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  return {
    cost,
    salt: salt.toString("base64"),
    nonce: nonce.toString("base64"),
    sealed: sealed.toString("base64"),
  };
}

/** Opens what was sealed. @throws BackupError for another passphrase */
export async function openUnder(passphrase: string, secret: SealedSecret): Promise<Buffer> {
  const [salt, nonce, sealed] = [secret.salt, secret.nonce, secret.sealed].map((text) =>
    Buffer.from(text, "base64"),
  ) as [Buffer, Buffer, Buffer];
  const wrong = new BackupError("The passphrase does not open the secret in this backup.");
  if (!(secret.cost >= 1 && secret.cost <= maxCost) || nonce.length !== 12 || sealed.length < 16) throw wrong;
  const key = await keyOf(passphrase, salt, secret.cost);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 }).setAAD(associated);
  decipher.setAuthTag(sealed.subarray(-16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  } catch {
    throw wrong;
  }
}
