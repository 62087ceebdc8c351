/** The secret of an installation. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { DatabaseRefusal } from "../db/migrate.ts";

/** What signs cursors and seals secrets: given, or the installation's own. */
export function secretOf({ secret, dataDir }: Config): Buffer {
  return secret ?? ownSecret(dataDir);
}

/** The installation's own secret, made at the first start and kept beside the data. */
function ownSecret(dataDir: string): Buffer {
  const file = join(dataDir, "secret");
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, randomBytes(32).toString("hex"), { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
  }
  const text = readFileSync(file, "utf8").trim();
  if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, "hex");
  throw new DatabaseRefusal(
    `${file} does not hold a secret of 64 hexadecimal digits. Put it back from a copy, or remove it to have a new one made: cursors and sessions given out before end then, and the secrets of webhooks do not open: rotate those.`,
  );
}
