/** The secret of an installation, and the previous one during a rotation. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { UnsupportedDatabaseError } from "../db/migrate.ts";
import type { Secret } from "../domain/context.ts";

/**
 * The secret that signs cursors and seals secrets: from the settings, or the installation's own, which the first start
 * creates.
 */
export function readSecrets(config: Config): Secret {
  const current = config.secret ?? readOrCreateSecret(config.dataDir);
  const previous = readPreviousSecret(config);
  return { current, ...(previous && !previous.equals(current) ? { previous } : {}) };
}

/** The same, but creates nothing; undefined if the installation has no secret yet. */
export function readExistingSecrets(config: Config): Secret | undefined {
  return config.secret || existsSync(join(config.dataDir, "secret")) ? readSecrets(config) : undefined;
}

/** The file with the installation's previous secret. */
export const previousSecretFile = (dataDir: string) => join(dataDir, "secret.previous");

/** From the settings; or, of a data folder, the saved previous one, or its own while the settings give another. */
function readPreviousSecret({ secret, previousSecret, databaseUrl, dataDir }: Config): Buffer | undefined {
  if (previousSecret || databaseUrl) return previousSecret;
  const file = secret ? join(dataDir, "secret") : previousSecretFile(dataDir);
  return existsSync(file) ? readSecretFile(file) : undefined;
}

function readOrCreateSecret(dataDir: string): Buffer {
  const file = join(dataDir, "secret");
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeSecretFile(file, randomBytes(32));
  }
  return readSecretFile(file);
}

/** Gives a data folder the secret of a restored installation. */
export function writeSecrets(dataDir: string, { current, previous }: Secret): void {
  if (previous) writeSecretFile(previousSecretFile(dataDir), previous);
  writeSecretFile(join(dataDir, "secret"), current);
}

/** Writes a secret to a file of mode 0600. */
export function writeSecretFile(file: string, secret: Buffer): void {
  writeFileSync(`${file}.new`, secret.toString("hex"), { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}

function readSecretFile(file: string): Buffer {
  const text = readFileSync(file, "utf8").trim();
  if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, "hex");
  throw new UnsupportedDatabaseError(
    `${file} does not hold a secret of 64 hexadecimal digits. Put it back from a copy, or remove it to have a new one made: cursors and sessions given out before end then, and the secrets of webhooks do not open: rotate those.`,
  );
}
