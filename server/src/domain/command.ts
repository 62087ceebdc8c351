/**
 * The transaction of everything that writes, its entry in the audit trail and its news for webhooks. When the request
 * carries an Idempotency-Key, the claim of the key, the effect and the answer are one transaction: a twin that arrives
 * meanwhile waits on the claim, then repeats the answer; a failed attempt leaves no trace and may be tried again. Work
 * that finds that another call came between throws `Raced`, and the whole of it is run again.
 */
import { DossierError } from "@dossier/api";
import type { Statement, Tx } from "../db/database.ts";
import type { Ask, Retry } from "./context.ts";
import { recordDone, type Trail } from "./audit.ts";
import { type Happening, tell } from "./outbox.ts";

const twinPatience = 5000;
const attempts = 8;

const claimToken: Statement = {
  name: "idempotency_claim",
  text: `INSERT INTO idempotency AS i (key_id, operation, token, fingerprint) VALUES ($1, $2, $3, $4)
    ON CONFLICT (key_id, operation, token) DO UPDATE
      SET fingerprint = excluded.fingerprint, answer = NULL, customer_ids = '{}', created_at = now()
      WHERE i.created_at < now() - interval '24 hours'
    RETURNING token`,
};

const readToken: Statement = {
  name: "idempotency_read",
  text: "SELECT fingerprint, answer FROM idempotency WHERE key_id = $1 AND operation = $2 AND token = $3",
};

const readFreshToken: Statement = {
  name: "idempotency_read_fresh",
  text: `${readToken.text} AND created_at >= now() - interval '24 hours'`,
};

/** What cannot be unless another call came between; `conflict` is what to answer if that never ends. */
export class Raced extends Error {
  readonly conflict: DossierError;
  constructor(conflict?: DossierError) {
    super("another call came between");
    this.conflict =
      conflict ??
      new DossierError("unavailable", "Other calls keep changing what this one is about; try again.", {
        retryAfter: 1,
      });
  }
}

/** What a piece of work answers: what is sent, and beside it what only the audit trail and what webhooks are told. */
export type Work<T> = T & {
  id: number;
  outcome: string;
  trail?: Trail | undefined;
  news?: readonly Happening[] | undefined;
};

/** Runs `work` in a transaction and answers what it returns, or what it returned the first time. */
export function write<T extends object>(ask: Ask, work: (tx: Tx) => Promise<Work<T>>): Promise<T> {
  return untilUndisturbed(() => writeOnce(ask, work));
}

/** Runs something again while other calls come between. */
export async function untilUndisturbed<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof Raced)) throw error;
      if (attempt === attempts) throw error.conflict;
    }
  }
}

/**
 * What the call was answered before, for work that begins outside the transaction. It only spares that beginning: a twin
 * may still be running.
 *
 * @throws DossierError `idempotency_conflict` when the call was another one
 */
export async function answerAgain<T>(ask: Ask): Promise<T | undefined> {
  const { retry } = ask;
  if (!retry) return undefined;
  const values = [ask.caller.keyId, ask.operation, retry.token];
  const kept = await ask.db.row<Kept<T>>(readFreshToken, values);
  if (!kept?.answer) return undefined;
  const answer = answerKept(kept, retry);
  ask.replayed = true;
  return answer;
}

async function writeOnce<T extends object>(ask: Ask, work: (tx: Tx) => Promise<Work<T>>): Promise<T> {
  const { retry } = ask;
  return ask.db.transaction(async (tx) => {
    const place = retry && [ask.caller.keyId, ask.operation, retry.token];
    const earlier = place && (await claim<T>(tx, place, retry));
    ask.replayed = earlier !== undefined;
    if (earlier) return earlier;
    const { trail, news = [], ...answer } = await work(tx);
    await Promise.all([
      recordDone(tx, ask, answer, trail),
      keepAll(tx, [{ ask, answer, id: trail?.subjectId ?? answer.id }]),
      tell(tx, news), // last: it takes locks that others hold until they are done
    ]);
    return answer as unknown as T;
  });
}

const keepAnswers: Statement = {
  name: "idempotency_keep",
  text: `UPDATE idempotency i SET answer = a.answer::json, customer_ids = a.ids::bigint[]
    FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::text[], $5::text[]) AS a (key_id, operation, token, answer, ids)
    WHERE i.key_id = a.key_id AND i.operation = a.operation AND i.token = a.token`,
};

/** Keeps what calls with an Idempotency-Key are answered; `id` is what each was about. */
export async function keepAll(
  tx: Tx,
  ended: readonly { ask: Ask; answer: object; id: number }[],
): Promise<void> {
  const kept = ended.flatMap(({ ask, answer, id }) => (ask.retry ? [{ ask, answer, id, ...ask.retry }] : []));
  if (kept.length === 0) return;
  await tx.row(keepAnswers, [
    kept.map(({ ask }) => ask.caller.keyId),
    kept.map(({ ask }) => ask.operation),
    kept.map(({ token }) => token),
    kept.map(({ answer }) => JSON.stringify(answer)),
    kept.map(({ ask, answer, id }) => `{${customersIn(ask, { ...answer, id }).join()}}`),
  ]);
}

/** Every customer an answer speaks of, so that a purge of one finds it. */
function customersIn(ask: Ask, answer: object): number[] {
  const found = new Set<number>();
  const look = (value: unknown, key: string): void => {
    if (typeof value === "object" && value !== null)
      for (const [name, inner] of Object.entries(value)) look(inner, Array.isArray(value) ? key : name);
    else if (
      typeof value === "number" &&
      (key === "customer_id" || (key === "id" && ask.about === "customer"))
    )
      found.add(value);
  };
  look(answer, "");
  return [...found];
}

async function claim<T>(tx: Tx, place: unknown[], retry: Retry): Promise<T | undefined> {
  await tx.allowWaiting(twinPatience);
  const mine = await insertClaim(tx, place, retry);
  await tx.waitAsUsual();
  if (mine) return undefined;
  const kept = await tx.row<Kept<T>>(readToken, place);
  if (!kept?.answer)
    throw conflict("A call with this Idempotency-Key is still running; try again in a moment.");
  return answerKept(kept, retry);
}

interface Kept<T> {
  fingerprint: Buffer;
  answer: T | null;
}

function answerKept<T>({ fingerprint, answer }: Kept<T>, retry: Retry): T {
  if (!fingerprint.equals(retry.fingerprint))
    throw conflict("This Idempotency-Key was used with other fields. Use a new key for another call.");
  return answer as T;
}

async function insertClaim(tx: Tx, place: unknown[], retry: Retry): Promise<boolean> {
  try {
    return (await tx.row(claimToken, [...place, retry.fingerprint])) !== undefined;
  } catch (error) {
    const waited = (error as { cause?: { code?: string } }).cause?.code;
    if (waited === "55P03" || waited === "57014")
      throw conflict("A call with this Idempotency-Key is still running; try again in a moment.");
    throw error;
  }
}

function conflict(message: string): DossierError {
  return new DossierError("idempotency_conflict", message);
}
