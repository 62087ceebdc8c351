/**
 * Command: the one way to write. A command reads what its rules need, plans each call in a pure function, and applies
 * all plans with set-based statements. A single call is a batch of one, so every rule is said once, in `plan`. The
 * transaction also claims the calls' Idempotency-Keys and records the audit trail, the stored responses and the outbox.
 *
 * A call that is refused in `plan` costs the others nothing. Of two calls that claim the same thing the second is deferred
 * to the next batch. When another transaction came between, or a statement fails, the batch is rolled back and split in
 * two; a call that is left alone with the conflict is retried until its deadline.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { DossierError } from "@dossier/api";
import type { Db, Tx } from "../db/database.ts";
import {
  contentionError,
  isRaceViolation,
  lockRetryDelay,
  retryReason,
  translateDatabaseError,
} from "../db/errors.ts";
import { appendAuditEntries, type AuditDetails } from "./audit.ts";
import type { BatchCounts, BatchSpec } from "./batcher.ts";
import type { Call, RequestContext } from "./context.ts";
import { claimKeys, releaseKeys, storeResponses } from "./idempotency.ts";
import { type DomainEvent, enqueueEvents } from "./outbox.ts";

export type { Call } from "./context.ts";

/** What a call answers: the response, and beside it what only the audit trail and webhooks are given. */
export type CommandResult<T> = T & {
  id: number;
  outcome: string;
  audit?: AuditDetails | undefined;
  events?: readonly DomainEvent[] | undefined;
};

/** A call and its plan. */
export interface Planned<Input, Plan> {
  readonly call: Call<Input>;
  readonly plan: Plan;
}

/**
 * How one kind of write is done.
 *
 * @example
 * const addEvent: Command<EventInput, Facts, EventPlan, Added, EventResponse> = { name: "customer.add_event", … };
 * const response = await run(addEvent, ctx, input);
 */
export interface Command<Input, Facts, Plan, Result, Response extends object> {
  /** the name of its batches in metrics */
  readonly name: string;
  /** calls of equal keys may share a transaction; a call without a key runs on its own */
  batchKey?(call: Call<Input>): string | undefined;
  /** all facts for all calls, with the locks that the rules depend on; its first statements are sent with BEGIN */
  read(tx: Tx, calls: readonly Call<Input>[]): Promise<Facts>;
  /**
   * The rules, as a pure function.
   *
   * @throws DossierError to refuse the call, ConcurrentChangeError to read it again
   */
  plan(call: Call<Input>, facts: Facts): Plan;
  /** what no other plan of the same transaction may have too */
  claims?(plan: Plan): readonly string[];
  /** a call with the input of an earlier one of the batch changes nothing more: it is answered as a repetition of that */
  isRepeatable?(input: Input): boolean;
  /**
   * Writes all plans, in lock order; one result for each, in their order.
   *
   * @throws ConcurrentChangeError when a constraint or a row says that another transaction came between
   */
  apply(tx: Tx, planned: readonly Planned<Input, Plan>[], facts: Facts): Promise<readonly Result[]>;
  respond(call: Call<Input>, result: Result, isRepetition: boolean): CommandResult<Response>;
}

/** Gives a command its name and the type of its response. */
export function defineCommand<Input, Facts, Plan, Result, Response extends object>(
  command: Command<Input, Facts, Plan, Result, Response>,
): Command<Input, Facts, Plan, Result, Response> {
  return command;
}

/** Thrown by a plan that does not belong to the brand of its batch: the call goes with the next one. */
export class OtherBatch extends Error {}

/** A concurrent transaction invalidated what this one has read: it is run again. `conflict` is the error if retries run out. */
export class ConcurrentChangeError extends Error {
  readonly conflict: DossierError;

  constructor(conflict?: DossierError) {
    super("a concurrent transaction changed what was read");
    this.conflict =
      conflict ??
      new DossierError(
        "unavailable",
        "Other calls keep changing the same records. Nothing was changed; please retry.",
        {
          retryAfter: 1,
        },
      );
  }
}

/** How a call of a batch ended: with a response, with an error, or not yet. */
type Outcome =
  | { response: object }
  | { error: unknown }
  /** goes with the next batch: another call of this one claimed the same thing */
  | { deferred: true }
  /** a concurrent transaction was in the way */
  | { conflict: unknown };

const maxSize = 32;
/** More batches of one command at a time wait for each other where they write. */
const concurrency = 2;
/** In milliseconds: a batch waits for no lock longer, since others wait for it. */
const batchLockTimeout = 100;
const maxAttempts = 8;

/**
 * Runs a call of a command, with others where they may share a transaction. Retries live here alone: a call is retried on
 * its own up to 8 times, or while it waits for a lock, and always within one deadline.
 */
export async function run<Input, Facts, Plan, Result, Response extends object>(
  command: Command<Input, Facts, Plan, Result, Response>,
  ctx: RequestContext,
  input: Input,
): Promise<Response> {
  const call = { ctx, input };
  const key = command.batchKey?.(call);
  const deadline = performance.now() + ctx.db.timeouts.retry;
  let isAlone = key === undefined;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = isAlone
      ? ((await runBatch(command, ctx.db, [call]))[0] as Outcome)
      : await ctx.batcher.run(ctx.db, batchOf(command), key as string, call);
    if ("response" in outcome) return outcome.response as Response;
    if ("error" in outcome) throw outcome.error;
    if ("conflict" in outcome) {
      await pauseBeforeRetry(ctx.db, outcome.conflict, attempt, deadline);
      isAlone = true;
    } else if (performance.now() > deadline)
      throw contentionError(new Error(`${command.name}: deferred too often`));
  }
}

/** Waits a moment before a retry. @throws DossierError when attempts or time have run out */
async function pauseBeforeRetry(db: Db, error: unknown, attempt: number, deadline: number): Promise<void> {
  const reason = retryReason(error);
  const isOver = performance.now() > deadline || (attempt >= maxAttempts && reason !== "lock");
  if (isOver) throw error instanceof ConcurrentChangeError ? error.conflict : contentionError(error);
  if (reason) db.stats.retries[reason] += 1;
  if (reason === "lock") await sleep(lockRetryDelay(attempt));
}

type AnyCommand = Command<unknown, unknown, unknown, unknown, object>;
const specs = new WeakMap<object, BatchSpec<Call<unknown>, Outcome>>();

/** The command as the batcher knows it; one for each command. */
function batchOf(command: object): BatchSpec<Call<unknown>, Outcome> {
  const known = specs.get(command);
  if (known) return known;
  const { name } = command as AnyCommand;
  const spec: BatchSpec<Call<unknown>, Outcome> = {
    name,
    maxSize,
    concurrency,
    run: (db, calls, counts) => runBatch(command, db, calls, counts),
  };
  specs.set(command, spec);
  return spec;
}

/** Runs calls in one transaction; after a conflict or a failure its two halves in two, until a call is alone with it. */
async function runBatch(
  command: object,
  db: Db,
  calls: readonly Call<unknown>[],
  counts?: BatchCounts,
): Promise<Outcome[]> {
  try {
    return await runOnce(command as AnyCommand, db, calls, counts ? batchLockTimeout : undefined);
  } catch (error) {
    if (error instanceof Refused) return error.outcomes;
    const isConflict =
      error instanceof ConcurrentChangeError || retryReason(error) !== undefined || isRaceViolation(error);
    const known = translateDatabaseError(error);
    const isUnavailable = known instanceof DossierError && known.code === "unavailable";
    if (isUnavailable && !isConflict) return calls.map(() => ({ error: known }));
    if (calls.length === 1) return [isConflict ? { conflict: error } : { error: known }];
    if (counts) counts.splits += 1;
    if (!isConflict && !(known instanceof DossierError)) reportFailure(db, error, counts);
    const half = Math.ceil(calls.length / 2);
    const first = await runBatch(command, db, calls.slice(0, half), counts);
    return [...first, ...(await runBatch(command, db, calls.slice(half), counts))];
  }
}

/** What the database is notified of when a batch failed for an unforeseen reason; its argument is the error. */
export const batchFailed = "batch failed";

/** An unforeseen failure is logged and counted, also where the calls succeed one by one. */
function reportFailure(db: Db, error: unknown, counts?: BatchCounts): void {
  if (counts) counts.failures += 1;
  db.notifications.emit(batchFailed, error);
}

/** The notification of this process that a command was committed. */
export const commandCommitted = "a command was committed";

/** Rolls a transaction back in which there is nothing to write. */
class Refused extends Error {
  readonly outcomes: Outcome[];

  constructor(outcomes: Outcome[]) {
    super("no call of the batch writes anything");
    this.outcomes = outcomes;
  }
}

function runOnce(
  command: AnyCommand,
  db: Db,
  calls: readonly Call<unknown>[],
  lockTimeout: number | undefined,
): Promise<Outcome[]> {
  const isKeyed = calls.some(({ ctx }) => ctx.idempotencyKey);
  if (isKeyed)
    return db.tryTransaction(noReads, (tx) => runKeyed(command, tx, calls, lockTimeout), lockTimeout);
  return db.tryTransaction(
    (tx) => command.read(tx, calls),
    async (tx, facts) => {
      const { outcomes, isDone } = await execute(command, tx, calls, facts);
      const all = calls.map((call) => outcomes.get(call) as Outcome);
      if (!isDone) throw new Refused(all);
      return all;
    },
    lockTimeout,
  );
}

const noReads = async () => undefined;

/** Claims the Idempotency-Keys first: a call that was done before is answered as then, whatever has become of its subject. */
async function runKeyed(
  command: AnyCommand,
  tx: Tx,
  calls: readonly Call<unknown>[],
  lockTimeout: number | undefined,
): Promise<Outcome[]> {
  const isAlone = lockTimeout === undefined;
  const claiming = claimKeys(tx, calls, isAlone);
  // In a batch the claims are sent with the reads, in this order; alone, a claim may have to be waited for.
  const reading = isAlone ? undefined : command.read(tx, calls);
  reading?.catch(() => undefined);
  const { open, ended } = await claiming;
  const all = (own: ReadonlyMap<Call<unknown>, Outcome>) =>
    calls.map((call): Outcome => own.get(call) ?? ended.get(call) ?? { deferred: true });
  if (open.length === 0) {
    await reading?.catch(() => undefined);
    throw new Refused(all(new Map()));
  }
  const facts = await (reading ?? command.read(tx, open));
  const { outcomes, isDone } = await execute(command, tx, open, facts);
  if (!isDone) throw new Refused(all(outcomes));
  await releaseKeys(
    tx,
    open.filter((call) => !("response" in (outcomes.get(call) as Outcome))),
  );
  return all(outcomes);
}

/** Plans, applies and records; `isDone` unless there was nothing to write. */
async function execute(
  command: AnyCommand,
  tx: Tx,
  calls: readonly Call<unknown>[],
  facts: unknown,
): Promise<{ outcomes: Map<Call<unknown>, Outcome>; isDone: boolean }> {
  const { planned, repeated, outcomes } = planAll(command, calls, facts);
  if (planned.length === 0) return { outcomes, isDone: false };
  const results = await command.apply(tx, planned, facts);
  const done = planned.map(({ call }, at) => ({ call, work: command.respond(call, results[at], false) }));
  for (const [call, at] of repeated) done.push({ call, work: command.respond(call, results[at], true) });
  const responses = await record(tx, done);
  tx.notifyAfterCommit(commandCommitted);
  for (const [at, { call }] of done.entries()) outcomes.set(call, { response: responses[at] as object });
  return { outcomes, isDone: true };
}

/** The plans that go together; a call that claims what an earlier one has is a repetition of that, or is deferred. */
function planAll(command: AnyCommand, calls: readonly Call<unknown>[], facts: unknown) {
  const planned: Planned<unknown, unknown>[] = [];
  const repeated = new Map<Call<unknown>, number>();
  const outcomes = new Map<Call<unknown>, Outcome>();
  const claimed = new Map<string, number>();
  for (const call of calls) {
    try {
      const plan = command.plan(call, facts);
      const claims = command.claims?.(plan) ?? [];
      const earlier = claims.map((one) => claimed.get(one)).find((at) => at !== undefined);
      if (earlier === undefined) {
        for (const one of claims) claimed.set(one, planned.length);
        planned.push({ call, plan });
      } else if (
        command.isRepeatable?.(call.input) &&
        isRepetition((planned[earlier] as Planned<unknown, unknown>).call, call)
      )
        repeated.set(call, earlier);
      else outcomes.set(call, { deferred: true });
    } catch (error) {
      if (error instanceof ConcurrentChangeError) outcomes.set(call, { conflict: error });
      else if (error instanceof OtherBatch) outcomes.set(call, { deferred: true });
      else if (error instanceof DossierError) outcomes.set(call, { error });
      else throw error;
    }
  }
  return { planned, repeated, outcomes };
}

function isRepetition({ ctx, input }: Call<unknown>, other: Call<unknown>): boolean {
  return (
    ctx.ifMatch === undefined &&
    other.ctx.ifMatch === undefined &&
    ctx.operation === other.ctx.operation &&
    JSON.stringify(input) === JSON.stringify(other.input)
  );
}

/** The end of every write: audit trail, stored responses, outbox; one brand after the other. */
async function record(
  tx: Tx,
  done: readonly { call: Call<unknown>; work: CommandResult<object> }[],
): Promise<object[]> {
  const ended = done.map(({ call: { ctx }, work: { audit = {}, events = [], ...response } }) => {
    ctx.replayed = false;
    const { subjectId: id = response.id, brandId = null, fields = [] } = audit;
    return { ctx, brandId, response, events, id, fields, outcome: response.outcome };
  });
  const brandIds = [...new Set(ended.map(({ brandId }) => brandId))].sort((a, b) => (a ?? 0) - (b ?? 0));
  const groups = brandIds.map((id) => ({ id, own: ended.filter(({ brandId }) => brandId === id) }));
  await Promise.all([
    ...groups.map(({ id, own }) => appendAuditEntries(tx, id, own)),
    storeResponses(tx, ended),
    // Last: it takes locks that others hold until they are done.
    enqueueAll(
      tx,
      groups.map(({ own }) => own.flatMap(({ events }) => events)),
    ),
  ]);
  return ended.map(({ response }) => response);
}

async function enqueueAll(tx: Tx, groups: readonly (readonly DomainEvent[])[]): Promise<void> {
  for (const events of groups) await enqueueEvents(tx, events);
}

type Work = (tx: Tx) => Promise<CommandResult<object>>;

/** A write that no other call shares: it reads, checks and writes in one function. */
const single: Command<Work, undefined, Work, CommandResult<object>, object> = {
  name: "single",
  read: noReads,
  plan: ({ input }) => input,
  apply: async (tx, planned) => Promise.all(planned.map(({ plan }) => plan(tx))),
  respond: (_, result) => result,
};

/** Runs `work` as a command of its own and answers what it returns, or what the same call returned before. */
export async function write<T extends object>(
  ctx: RequestContext,
  work: (tx: Tx) => Promise<CommandResult<T>>,
): Promise<T> {
  return (await run(single, ctx, work)) as T;
}
