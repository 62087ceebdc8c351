/**
 * Writing for several callers in one transaction, whose statements each write for all. It is for the plain case alone. Who
 * wants more, or is somebody's twin, is left out; when another transaction comes between, or the database refuses anything,
 * all of them are, with nothing changed. Then each goes the usual way by himself, and is told what is his alone.
 */
import { DossierError } from "@dossier/api";
import type { Db, Queries, Statement, Tx } from "../db/database.ts";
import type { Ask } from "./context.ts";
import { recordAll } from "./audit.ts";
import { type Happening, tell } from "./outbox.ts";
import { keepAll, type Work } from "./command.ts";

/** What one of several callers did, to a thing of a brand. */
interface Part {
  ask: Ask;
  brandId: number;
  work: Work<object>;
}

/** What is done for several callers. */
interface Together<W, S> {
  /** reads, with the beginning of the transaction */
  look(tx: Queries): Promise<S>;
  /** those who can go together, by what was seen */
  choose(seen: S): readonly W[];
  /** does it for all of these, and tells of each, in their order, what was done; throws `Raced` to leave all of it */
  work(tx: Tx, wishes: readonly W[], seen: S): Promise<readonly Part[]>;
}

/** What each is answered, in their order; nothing when he must go by himself. */
export async function writeTogether<W extends { ask: Ask }, S>(
  db: Db,
  all: readonly W[],
  { look, choose, work }: Together<W, S>,
): Promise<(object | undefined)[]> {
  const answers = await db
    .attempt(look, async (tx, seen) => {
      const wishes = await claimAll(tx, withoutTwins(choose(seen)));
      if (wishes.length === 0) return new Map<W, object>();
      const ended = await endAll(tx, await work(tx, wishes, seen));
      return new Map(wishes.map((wish, at) => [wish, ended[at] as object]));
    })
    .catch((error: unknown) => {
      if (error instanceof DossierError) throw error; // an outage, or what is true of all of them
      return undefined;
    });
  return all.map((wish) => answers?.get(wish));
}

const claimTokens: Statement = {
  name: "idempotency_claim_many",
  text: `INSERT INTO idempotency (key_id, operation, token, fingerprint)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[]) AS c (key_id, operation, token, fingerprint)
      ORDER BY 1, 2, 3
    ON CONFLICT DO NOTHING RETURNING key_id, operation, token`,
};

const tokenOf = (keyId: number, operation: string, token: Buffer) =>
  `${keyId} ${operation} ${token.toString("hex")}`;

/** Claims the Idempotency-Keys of calls: those of them that have none, or one that nobody claimed before. */
async function claimAll<C extends { ask: Ask }>(tx: Tx, calls: readonly C[]): Promise<readonly C[]> {
  const claims = calls.flatMap(({ ask }) => (ask.retry ? [{ ask, ...ask.retry }] : []));
  if (claims.length === 0) return calls;
  const rows = await tx.rows<{ key_id: number; operation: string; token: Buffer }>(claimTokens, [
    claims.map(({ ask }) => ask.caller.keyId),
    claims.map(({ ask }) => ask.operation),
    claims.map(({ token }) => token),
    claims.map(({ fingerprint }) => fingerprint),
  ]);
  const made = new Set(rows.map(({ key_id, operation, token }) => tokenOf(key_id, operation, token)));
  return calls.filter(
    ({ ask: { retry, caller, operation } }) =>
      !retry || made.has(tokenOf(caller.keyId, operation, retry.token)),
  );
}

/** The calls without those that repeat another one's Idempotency-Key: they go by themselves, after it. */
function withoutTwins<C extends { ask: Ask }>(calls: readonly C[]): C[] {
  const taken = new Set<string>();
  return calls.filter(({ ask: { retry, caller, operation } }) => {
    const token = retry && tokenOf(caller.keyId, operation, retry.token);
    if (token === undefined) return true;
    const isFirst = !taken.has(token);
    taken.add(token);
    return isFirst;
  });
}

/** The end of several pieces of work: the trail, the news, the answers, as of one alone; one brand after the other. */
async function endAll(tx: Tx, parts: readonly Part[]): Promise<object[]> {
  const ended = parts.map(({ ask, brandId, work: { trail, news = [], ...answer } }) => {
    ask.replayed = false;
    const id = trail?.subjectId ?? answer.id;
    return { ask, brandId, answer, news, id, fields: trail?.fields ?? [], outcome: answer.outcome };
  });
  const brandIds = [...new Set(ended.map(({ brandId }) => brandId))].sort((a, b) => a - b);
  const groups = brandIds.map((id) => ({ id, own: ended.filter(({ brandId }) => brandId === id) }));
  await Promise.all([
    ...groups.map(({ id, own }) => recordAll(tx, id, own)),
    keepAll(tx, ended),
    tellAll(
      tx,
      groups.map(({ own }) => own.flatMap(({ news }) => news)),
    ),
  ]);
  return ended.map(({ answer }) => answer);
}

async function tellAll(tx: Tx, all: readonly (readonly Happening[])[]): Promise<void> {
  for (const news of all) await tell(tx, news);
}
