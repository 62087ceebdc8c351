/** Life of a key: what is over, what ends soon, and which keys end with another. */
import type { ApiKey } from "@dossier/api";

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const soonDays = 14;

export const isOver = ({ revokedAt, expiresAt }: Pick<ApiKey, "revokedAt" | "expiresAt">): boolean =>
  revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) <= Date.now());

/** In how many days it ends, if that is soon. */
export function endsInDays(expiresAt: string): number | undefined {
  const days = Math.floor((Date.parse(expiresAt) - Date.now()) / dayMs);
  return days <= soonDays ? days : undefined;
}

/** Whether a program or a person may be using it just now. */
export const isInUse = ({ lastUsedAt }: Pick<ApiKey, "lastUsedAt">): boolean =>
  lastUsedAt !== null && Date.now() - Date.parse(lastUsedAt) < hourMs;

/** The keys that a key has made, and those that they have made, which end with it. */
export function descendantsOf<Key extends Pick<ApiKey, "id" | "createdBy" | "revokedAt" | "expiresAt">>(
  id: number,
  keys: readonly Key[],
): Key[] {
  const made = new Set([id]);
  const live = keys.filter((one) => !isOver(one));
  for (let size = 0; size !== made.size; ) {
    size = made.size;
    for (const one of live) if (one.createdBy && made.has(one.createdBy.id)) made.add(one.id);
  }
  return live.filter((one) => one.id !== id && made.has(one.id));
}
