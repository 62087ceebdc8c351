/** Settings of backups and of the erasure log. */
import { join, resolve } from "node:path";

/** A passphrase that is shorter is guessed. */
export const minPassphrase = 12;

/** The erasure log: beside the backups of an embedded database, unless the setting names another file. */
export function erasureLogPath(
  text: string | undefined,
  from: string,
  backupDir: string | undefined,
): string | undefined {
  if (text) return resolve(from, text);
  return backupDir === undefined ? undefined : join(backupDir, erasureLogName);
}

/** The name of the erasure log beside backups. */
export const erasureLogName = "erasures.jsonl";

const unitSeconds: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** A number of minutes, hours or days, such as `24h`, in seconds; 0 for none, undefined for what is neither. */
export function parseInterval(text: string | undefined): number | undefined {
  if (!text || text === "0") return 0;
  const [, digits, unit = ""] = /^([1-9][0-9]{0,4})([mhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * (unitSeconds[unit] ?? Number.NaN);
  return seconds <= 366 * 86_400 ? seconds : undefined;
}
