/** What the backups are found to be: recent, old, failed or missing; as `dossier doctor` judges them. */
import type { Backup } from "@dossier/api";

export interface Finding {
  tone: "good" | "warn" | "bad";
  name: "good" | "old" | "unscheduled" | "none" | "first" | "failed";
}

type Facts = Pick<Backup, "every" | "failure"> & { backups: readonly { createdAt: string }[] };

export function findingOf({ every, failure, backups }: Facts, now = Date.now()): Finding {
  if (failure) return { tone: "bad", name: "failed" };
  const newest = backups[0];
  if (!newest) return every === null ? { tone: "bad", name: "none" } : { tone: "warn", name: "first" };
  if (every === null) return { tone: "warn", name: "unscheduled" };
  const isOld = now - Date.parse(newest.createdAt) > 2000 * every;
  return isOld ? { tone: "bad", name: "old" } : { tone: "good", name: "good" };
}
