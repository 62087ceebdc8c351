/** How `compare` waits for a server that says it comes too early: as long as it asks for, but not for ever. */
import { setTimeout as wait } from "node:timers/promises";

const attempts = 6;
/** A minute is as long as a limit by the minute can ask for. */
const longest = 65;

/** Waits before the next try, seconds as asked for or ever longer; answers false when there is none left. */
export async function waitBeforeNext(attempt: number, seconds = 2 ** (attempt - 1)): Promise<boolean> {
  if (attempt >= attempts) return false;
  await wait(Math.min(longest, seconds) * 1000);
  return true;
}

/** The seconds of a Retry-After, which may be a date. */
export function secondsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  if (/^[0-9]{1,9}$/.test(retryAfter.trim())) return Number(retryAfter);
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1000);
}
