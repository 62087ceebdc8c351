// A stand-in for the network, and a clock that does not go but leaps: no test of the client waits.
import { until } from "../../src/client/clock.ts";
import { createClient, type Clock, type ClientOptions } from "../../src/index.ts";

export interface Seen {
  url: URL;
  init: RequestInit & { headers: Record<string, string> };
}

/** A client whose requests are kept and answered with what is given: the nth by what the nth call makes. */
export function stub(
  options: Partial<ClientOptions> = {},
  answer: (at: number) => Response | Promise<Response> = () => Response.json({ type: "result" }),
) {
  const seen: Seen[] = [];
  const fetchIt = (async (url: URL, init: Seen["init"]) => {
    seen.push({ url, init });
    return answer(seen.length - 1);
  }) as unknown as typeof fetch;
  const clock = leapingClock();
  const client = createClient({
    url: "http://dossier.test:1234/",
    key: "dsr_x",
    fetch: fetchIt,
    clock,
    ...options,
  });
  return { seen, client, clock };
}

interface LeapingClock extends Clock {
  /** the sleeps that were slept to their end, in milliseconds: waits between tries, and time-outs that came true */
  slept: number[];
  /** the sleeps under way, in milliseconds */
  sleeping(): number[];
}

/** A clock that leaps to the end of the shortest sleep as soon as nothing else goes on; or never, if it is stopped. */
export function leapingClock({ random = 1, stopped = false } = {}): LeapingClock {
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
      return until(
        signal,
        woken.then(() => void slept.push(ms)),
      ).finally(() => sleepers.delete(one));
    },
  };
}
