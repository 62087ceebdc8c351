// Stubbed network and fake clock: no test of the client waits.
import { raceAbort } from "../../src/client/clock.ts";
import { createClient, type Clock, type ClientOptions } from "../../src/index.ts";

export interface RecordedRequest {
  url: URL;
  init: RequestInit & { headers: Record<string, string> };
}

/** A client whose requests are recorded; the nth call gets the nth response. `client` is its `raw`. */
export function stub(
  options: Partial<ClientOptions> = {},
  answer: (at: number) => Response | Promise<Response> = () => Response.json({ type: "result" }),
) {
  const seen: RecordedRequest[] = [];
  const fetchIt = (async (url: URL, init: RecordedRequest["init"]) => {
    seen.push({ url, init });
    return answer(seen.length - 1);
  }) as unknown as typeof fetch;
  const clock = fakeClock();
  const dossier = createClient({
    url: "http://dossier.test:1234/",
    key: "dsr_x",
    fetch: fetchIt,
    clock,
    ...options,
  });
  return { seen, dossier, client: dossier.raw, clock };
}

interface FakeClock extends Clock {
  /** the completed sleeps in milliseconds: waits between attempts, and timeouts that fired */
  slept: number[];
  /** the pending sleeps in milliseconds */
  sleeping(): number[];
}

/** A clock that jumps to the end of the shortest sleep as soon as nothing else runs; never, if it is stopped. */
export function fakeClock({ random = 1, stopped = false } = {}): FakeClock {
  const slept: number[] = [];
  const sleepers = new Set<{ ms: number; until: number; wake: () => void }>();
  let time = 1_000_000;
  const leap = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const [next] = [...sleepers].sort((a, b) => a.until - b.until);
    if (!next) return;
    sleepers.delete(next);
    time = Math.max(time, next.until);
    next.wake();
  };
  return {
    slept,
    sleeping: () => [...sleepers].map(({ ms }) => ms),
    now: () => time,
    random: () => random,
    sleep: (ms, signal) => {
      const one = { ms, until: time + ms, wake: () => undefined as void };
      const woken = new Promise<void>((resolve) => (one.wake = resolve));
      sleepers.add(one);
      if (!stopped) void leap();
      return raceAbort(
        signal,
        woken.then(() => void slept.push(ms)),
      ).finally(() => sleepers.delete(one));
    },
  };
}
