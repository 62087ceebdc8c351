/**
 * Webhook delivery: ten attempts over three days, then the webhook is disabled. The bytes and the id are the same each
 * time; the timestamp and the signatures are new, by the database's clock. A lane is a webhook and a customer: its
 * deliveries are sent one after the other, and a failing one delays no other lane.
 */
import { parseRetryAfter } from "@dossier/api";
import { Webhook } from "standardwebhooks";
import { jitter } from "../backoff.ts";
import type { Db } from "../db/database.ts";
import type { Secret } from "../domain/context.ts";
import type { Job } from "../domain/job-queue.ts";
import { open } from "../domain/encryption.ts";
import { encryptionContext } from "../domain/webhook/webhook.ts";
import {
  type PendingDelivery,
  nextDelivery,
  failDelivery,
  recordDelivered,
  recordFailedAttempt,
} from "../domain/webhook/delivery-state.ts";
import { resumeAll } from "../domain/webhook/resume.ts";
import type { Log } from "../log.ts";
import { type EgressClient, EgressError } from "../egress/client.ts";
import { version } from "../version.ts";
import type { JobHandler, JobResult } from "./worker.ts";
import type { Batcher } from "../domain/batcher.ts";

/** What a delivery needs. `secret` is the installation's. */
export interface DeliveryDeps {
  db: Db;
  batcher: Batcher;
  egress: EgressClient;
  secret: Secret;
  log: Log;
}

const seconds = 1000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

/** The waits after the first, the second … attempt; there is none after the tenth. About 75 hours in all. */
const retrySchedule = [
  5 * seconds,
  5 * minutes,
  30 * minutes,
  2 * hours,
  5 * hours,
  10 * hours,
  14 * hours,
  20 * hours,
  24 * hours,
];
/** The longest wait that a receiver may ask for. */
const maxRetryAfter = 24 * hours;
const timeoutMs = 15 * seconds;

/** Concurrent deliveries of a process, in all and for one webhook: a slow receiver leaves slots for the others. */
const concurrency = 48;
const maxPerWebhook = 20;
/** How long a lane is deferred when its webhook uses all its slots: longer if its responses take longer. */
const minDeferMs = 50;
const maxDeferMs = 5 * seconds;

export function webhookHandlers(deps: DeliveryDeps): Record<string, JobHandler> {
  return {
    // Any other failure, such as a secret that does not open, is retried for as long as the delivery exists.
    webhook: { concurrency, run: createDeliveryHandler(deps), maxAttempts: Number.POSITIVE_INFINITY },
    webhook_resume: {
      concurrency: 1,
      async run(job, signal) {
        await resumeAll(deps.db, Number(job.subject_id), signal);
        return { done: true };
      },
    },
  };
}

function createDeliveryHandler(deps: DeliveryDeps): JobHandler["run"] {
  const inFlight = new Map<number, { count: number; lastDurationMs: number }>();
  return async (job, signal) => {
    const webhookId = Number(job.subject_id);
    const own = inFlight.get(webhookId) ?? { count: 0, lastDurationMs: seconds };
    if (own.count >= maxPerWebhook) return deferBusy(own.lastDurationMs);
    inFlight.set(webhookId, own);
    own.count += 1;
    const startedAt = performance.now();
    try {
      return await sendNext(deps, webhookId, job, signal);
    } finally {
      own.lastDurationMs = performance.now() - startedAt;
      own.count -= 1;
      if (own.count === 0) inFlight.delete(webhookId);
    }
  };
}

function deferBusy(durationMs: number): JobResult {
  return { retryInMs: jitter(Math.min(maxDeferMs, Math.max(minDeferMs, durationMs))), error: "busy" };
}

/** The outcome of an attempt: a status, or one of our words for the lack of one. */
interface DeliveryAttempt {
  status: number | null;
  error: string;
  /** as the receiver, or the egress client, asks, in milliseconds */
  retryAfterMs: number;
}

async function sendNext(
  deps: DeliveryDeps,
  webhookId: number,
  job: Job,
  signal: AbortSignal,
): Promise<JobResult> {
  const delivery = await nextDelivery(deps.db, webhookId, Number(job.customer_id));
  if (!delivery) return { done: true };
  const attempt = await attemptDelivery(deps, webhookId, delivery, signal);
  const { status } = attempt;
  if (attempt.error === "busy") return deferBusy(seconds);
  if (status !== null && status >= 200 && status < 300) {
    await recordDelivered(deps.db, delivery, status);
    return { done: true };
  }
  const waitMs = retrySchedule[delivery.attempts];
  if (status === 410 || waitMs === undefined) {
    const reason = status === 410 ? "gone" : "failing";
    if (await failDelivery(deps.db, webhookId, delivery, { status, reason }))
      deps.log.warn({ webhook: webhookId, reason, status }, "webhook disabled");
    return { done: true };
  }
  const retryInMs = Math.max(jitter(waitMs), Math.min(attempt.retryAfterMs, maxRetryAfter));
  await recordFailedAttempt(deps.db, delivery, status, retryInMs);
  return { retryInMs, error: attempt.error };
}

async function attemptDelivery(
  { egress, secret }: DeliveryDeps,
  webhookId: number,
  delivery: PendingDelivery,
  signal: AbortSignal,
): Promise<DeliveryAttempt> {
  const purpose = encryptionContext(webhookId);
  const secrets = [
    open(secret, purpose, delivery.secret),
    ...openPreviousSecret(secret, purpose, delivery.previous_secret),
  ];
  const request = {
    url: delivery.url,
    method: "POST" as const,
    headers: headersOf(delivery, secrets, delivery.seen_at),
    body: delivery.payload,
    concurrencyKey: `webhook:${webhookId}`,
    timeoutMs,
    signal,
  };
  const startedAt = performance.now();
  try {
    const { status, headers } = await egress.send(request);
    const header = status === 429 || status === 503 ? headers["retry-after"] : undefined;
    const now = delivery.seen_at.getTime() + performance.now() - startedAt; // by the database's clock
    const retryAfterMs = (parseRetryAfter(header, now) ?? 0) * seconds;
    return { status, error: `status_${status}`, retryAfterMs };
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    return { status: null, error: error.kind, retryAfterMs: (error.retryAfter ?? 0) * seconds };
  }
}

/** A previous secret that no longer opens, as after a new installation secret, is ignored. */
function openPreviousSecret(secret: Secret, purpose: string, sealed: Buffer | null): string[] {
  try {
    return sealed ? [open(secret, purpose, sealed)] : [];
  } catch {
    return [];
  }
}

function headersOf(delivery: PendingDelivery, secrets: readonly string[], at: Date): Record<string, string> {
  const sign = (secret: string) => new Webhook(secret).sign(delivery.event_id, at, delivery.payload);
  return {
    "content-type": "application/json",
    "user-agent": `Dossier/${version}`,
    "webhook-id": delivery.event_id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": secrets.map(sign).join(" "),
  };
}
