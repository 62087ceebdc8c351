/** Registry of job handlers, by the name in the table `job`. */
import { lookUpContact, lookupJob } from "../domain/crm/contact-lookup.ts";
import { runPruneWordsJob, pruneWordsJob } from "../domain/erasure/words.ts";
import { type DeliveryDeps, webhookHandlers } from "./webhook-delivery.ts";
import type { JobHandler, JobResult } from "./worker.ts";

export function createJobHandlers(deps: DeliveryDeps): Record<string, JobHandler> {
  return {
    ...webhookHandlers(deps),
    [lookupJob]: {
      concurrency: 16,
      run: (job, signal) => retryIfAborted(signal, lookUpContact(deps, job)),
    },
    [pruneWordsJob]: {
      concurrency: 2,
      run: async (job) =>
        (await runPruneWordsJob(deps.db, job)) ? { done: true } : { retryInMs: 1000, error: "words_in_use" },
      maxAttempts: Number.POSITIVE_INFINITY, // the API promises the erasure, so it is retried until done
    },
  };
}

/**
 * Returns the result of the work, or retries the job on abort: other callers may share the work, so it is not
 * cancelled.
 */
function retryIfAborted(signal: AbortSignal, work: Promise<JobResult>): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const retry = () => resolve({ retryInMs: 0, error: "aborted" });
    signal.addEventListener("abort", retry, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", retry));
  });
}
