/** Every kind of background work there is, by its name in the table `job`. */
import { lookUpContact, lookupKind } from "../domain/crm/contact-lookup.ts";
import { type Means, webhookKinds } from "./webhook-delivery.ts";
import type { Kind, Result } from "./worker.ts";

/** Makes them. */
export function makeKinds(means: Means): Record<string, Kind> {
  return {
    ...webhookKinds(means),
    [lookupKind]: {
      concurrency: 16,
      run: (job, signal) => unlessAborted(signal, lookUpContact(means, job)),
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
