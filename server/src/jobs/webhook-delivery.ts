/**
 * Sends deliveries to webhooks: ten tries over three days, then the webhook is switched off. The bytes and the id are
 * the same each time, the time stamp and the signatures are new. A lane is a webhook and a customer: its deliveries go
 * out one after the other, and one that fails holds back nobody else's.
 */
import { Webhook } from "standardwebhooks";
import type { Db } from "../db/database.ts";
import type { Job } from "../domain/job-queue.ts";
import { open } from "../domain/encryption.ts";
import { purposeOf } from "../domain/webhook/webhook.ts";
import {
  type Due,
  findDue,
  giveUpDelivery,
  recordDelivered,
  recordTried,
} from "../domain/webhook/delivery-state.ts";
import { wakeAll } from "../domain/webhook/resume.ts";
import type { Log } from "../log.ts";
import { type Outside, OutsideError } from "../egress/client.ts";
import { version } from "../version.ts";
import type { Kind, Result } from "./worker.ts";

/** What sending needs. `secret` is the installation's. */
export interface Means {
  db: Db;
  outside: Outside;
  secret: Buffer;
  log: Log;
}

const seconds = 1000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

/** How long to wait after the first, the second … try; after the tenth there is no other. About 75 hours in all. */
const waits = [
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
/** A receiver may ask for a longer wait, up to this. */
const longestWait = 24 * hours;
const patience = 15 * seconds;

/** At a time in a process, of all webhooks and of one: a slow receiver leaves room for the others. */
const concurrency = 48;
const ofOne = 20;
/** How long a lane steps back when its webhook has all its places: longer where answers take longer. */
const shortestPause = 50;
const longestPause = 5 * seconds;

/** The kinds of work about webhooks. */
export function webhookKinds(means: Means): Record<string, Kind> {
  return {
    // Whatever else goes wrong, such as a secret that does not open, is tried again for as long as there is a delivery.
    webhook: { concurrency, run: makeSending(means), mostAttempts: Number.POSITIVE_INFINITY },
    webhook_resume: {
      concurrency: 1,
      async run(job, signal) {
        await wakeAll(means.db, Number(job.ref_id), signal);
        return { done: true };
      },
    },
  };
}

function makeSending(means: Means): Kind["run"] {
  const underWay = new Map<number, { count: number; lately: number }>();
  return async (job, signal) => {
    const webhookId = Number(job.ref_id);
    const own = underWay.get(webhookId) ?? { count: 0, lately: seconds };
    if (own.count >= ofOne) return stepBack(own.lately);
    underWay.set(webhookId, own);
    own.count += 1;
    const begun = performance.now();
    try {
      return await sendNext(means, webhookId, job, signal);
    } finally {
      own.lately = performance.now() - begun;
      own.count -= 1;
      if (own.count === 0) underWay.delete(webhookId);
    }
  };
}

function stepBack(took: number): Result {
  return { retryInMs: varied(Math.min(longestPause, Math.max(shortestPause, took))), error: "busy" };
}

/** What a try came to: a status, or in a word of ours why there was none. */
interface Answer {
  status: number | null;
  error: string;
  /** as the receiver, or who knows about it, asks, in milliseconds */
  wait: number;
}

async function sendNext(means: Means, webhookId: number, job: Job, signal: AbortSignal): Promise<Result> {
  const due = await findDue(means.db, webhookId, Number(job.customer_id));
  if (!due) return { done: true };
  const answer = await trySending(means, webhookId, due, signal);
  const { status } = answer;
  if (answer.error === "busy") return stepBack(seconds);
  if (status !== null && status >= 200 && status < 300) {
    await recordDelivered(means.db, due, status);
    return { done: true };
  }
  const wait = waits[due.attempts];
  if (status === 410 || wait === undefined) {
    const reason = status === 410 ? "gone" : "failing";
    if (await giveUpDelivery(means.db, webhookId, due, { status, reason }))
      means.log.warn({ webhook: webhookId, reason, status }, "switched a webhook off");
    return { done: true };
  }
  const retryInMs = Math.max(varied(wait), Math.min(answer.wait, longestWait));
  await recordTried(means.db, due, status, retryInMs);
  return { retryInMs, error: answer.error };
}

async function trySending(
  { outside, secret }: Means,
  webhookId: number,
  due: Due,
  signal: AbortSignal,
): Promise<Answer> {
  const purpose = purposeOf(webhookId);
  const secrets = [open(secret, purpose, due.secret), ...openFormer(secret, purpose, due.former_secret)];
  const request = {
    url: due.url,
    method: "POST" as const,
    headers: headersOf(due, secrets, new Date()),
    body: due.payload,
    share: `webhook:${webhookId}`,
    patience,
    signal,
  };
  try {
    const { status, headers } = await outside.send(request);
    const asked = status === 429 || status === 503 ? headers["retry-after"] : undefined;
    return { status, error: `status_${status}`, wait: waitAsked(asked) };
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    return { status: null, error: error.kind, wait: (error.retryAfter ?? 0) * seconds };
  }
}

/** A former secret that does not open any more, as after a new installation secret, is none. */
function openFormer(secret: Buffer, purpose: string, sealed: Buffer | null): string[] {
  try {
    return sealed ? [open(secret, purpose, sealed)] : [];
  } catch {
    return [];
  }
}

function headersOf(due: Due, secrets: readonly string[], at: Date): Record<string, string> {
  const sign = (secret: string) => new Webhook(secret).sign(due.event_id, at, due.payload);
  return {
    "content-type": "application/json",
    "user-agent": `Dossier/${version}`,
    "webhook-id": due.event_id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": secrets.map(sign).join(" "),
  };
}

/** `Retry-After` in milliseconds: seconds, or a date. */
function waitAsked(sent: string | undefined): number {
  if (sent === undefined) return 0;
  const wait = /^\d+$/.test(sent) ? Number(sent) * seconds : Date.parse(sent) - Date.now();
  return Number.isNaN(wait) ? 0 : Math.max(0, wait);
}

/** Give or take a fifth, so that those who failed together do not come back together. */
function varied(wait: number): number {
  return wait * (0.8 + Math.random() * 0.4);
}
