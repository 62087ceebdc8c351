/**
 * Name resolution. Names that users enter go to the name servers directly: without the hosts file, without search
 * domains, and without a thread of Node's pool that a silent name server could occupy indefinitely. Names that the
 * operator allowed are resolved by the system, because they may be in its hosts file.
 */
import { lookup, Resolver } from "node:dns/promises";

/** Returns every address of a name, as text; rejects if there is none. It must stop when the signal aborts. */
export type Resolve = (
  name: string,
  options: { isAllowed: boolean; signal: AbortSignal },
) => Promise<readonly string[]>;

/** Shorter than the caller's 2 s: one silent address family must not fail the other. */
const timeoutMs = 1800;

/** Resolves names at the machine's name servers, or at the given ones (`address:port`). */
export function createResolver(servers?: readonly string[]): Resolve {
  return (name, { isAllowed, signal }) =>
    isAllowed ? resolveBySystem(name) : resolveByDns(name, signal, servers);
}

async function resolveBySystem(name: string): Promise<string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

async function resolveByDns(
  name: string,
  signal: AbortSignal,
  servers: readonly string[] | undefined,
): Promise<string[]> {
  const resolver = new Resolver({ timeout: 400, tries: 2 });
  if (servers) resolver.setServers(servers);
  const cancel = () => resolver.cancel();
  const timer = setTimeout(cancel, timeoutMs);
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const results = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const found = results.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    for (const answer of results)
      if (found.length === 0 && answer.status === "rejected") throw answer.reason as Error;
    return found;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
  }
}
