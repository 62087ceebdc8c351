/**
 * From a name to its addresses. Names anybody may type go to the name servers directly: without the hosts file, without
 * search domains, and without a thread of the pool that a silent name server would hold for as long as it likes. Names
 * that the operator allowed are looked up as the machine does it, since they may stand in its hosts file.
 */
import { lookup, Resolver } from "node:dns/promises";

/** Every address of a name, in text; rejects when there is none. It must stop when the signal says so. */
export type Resolve = (
  name: string,
  asked: { isAllowed: boolean; signal: AbortSignal },
) => Promise<readonly string[]>;

/** Shorter than the caller's 2 s: one address family that stays silent must not take the other with it. */
const patience = 1800;

/** Looks names up, at the machine's name servers unless others are named (`address:port`). */
export function makeResolve(servers?: readonly string[]): Resolve {
  return (name, { isAllowed, signal }) => (isAllowed ? asTheMachine(name) : directly(name, signal, servers));
}

async function asTheMachine(name: string): Promise<string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

async function directly(
  name: string,
  signal: AbortSignal,
  servers: readonly string[] | undefined,
): Promise<string[]> {
  const resolver = new Resolver({ timeout: 400, tries: 2 });
  if (servers) resolver.setServers(servers);
  const cancel = () => resolver.cancel();
  const limit = setTimeout(cancel, patience);
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    for (const answer of answers)
      if (found.length === 0 && answer.status === "rejected") throw answer.reason as Error;
    return found;
  } finally {
    clearTimeout(limit);
    signal.removeEventListener("abort", cancel);
  }
}
