/** Every kind of background work there is, by its name in the table `job`. */
import { lookUpContact, lookupKind, type LookupTools } from "../domain/crm-contact.ts";
import type { Kind, Result } from "./worker.ts";

/** Makes them. */
export function makeKinds(tools: LookupTools): Record<string, Kind> {
  return {
    [lookupKind]: {
      concurrency: 16,
      run: (job, signal) => unlessAborted(signal, lookUpContact(tools, job)),
    },
  };
}

/** What the work comes to, or that it is handed back: it may be under way for others too, and is left to end by itself. */
function unlessAborted(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve({ retryInMs: 0, error: "aborted" });
    signal.addEventListener("abort", giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
