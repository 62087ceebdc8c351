/**
 * Order of writes: writes about one record, or with one Idempotency-Key, run one after the other in the keyed mutex.
 * They would wait for each other's database lock; here they wait before they take a connection. Two ways to name one
 * customer are two mutex keys, and other processes have queues of their own: the lock decides, the mutex only keeps
 * connections free. Only callers with the same brands share a queue: a caller cannot wait for a record that it cannot
 * see.
 */
import type { MutexRequest } from "../db/mutex.ts";
import { type RequestContext, brandScope } from "./context.ts";

/** Operations that name a record and do not need it exclusively, or that send a request before they write. */
const shared = new Set(["customer.addEvent", "customer.syncWithCrm", "brand.crmTest", "customer.create"]);

/** Operations whose commands are repeatable. */
const repeatable = new Set([
  "customer.resolve",
  "customer.updateAny",
  "customer.update",
  "customer.updateByPrimaryId",
  "customer.addChannels",
]);

/** Identifiers as the decoder spells them. */
interface Identifiers {
  id?: number;
  customerId?: number | null;
  ticketId?: number;
  brandId?: number;
  primaryId?: string;
  searchValue?: string;
  channels?: readonly { typeId: number; normalised: string }[];
}

/** Runs a write in its turn. */
export function runInOrder<T>(ctx: RequestContext, input: unknown, work: () => Promise<T>): Promise<T> {
  const claim = claimOf(ctx, input as Identifiers);
  const about = claim ? () => ctx.db.runExclusive(claim, work) : work;
  if (!ctx.idempotencyKey || shared.has(ctx.operation)) return about();
  const token = `retry ${ctx.caller.keyId} ${ctx.operation} ${ctx.idempotencyKey.keyHash.toString("base64")}`;
  return ctx.db.runExclusive({ key: token }, about);
}

function claimOf(ctx: RequestContext, input: Identifiers): MutexRequest | undefined {
  const thing = shared.has(ctx.operation) ? undefined : subjectOf(ctx, input);
  if (thing === undefined) return undefined;
  const name = `${brandScope(ctx.caller)?.join() ?? "all"}: ${thing}`;
  if (!isBatchable(ctx)) return { key: name };
  return { key: name, group: () => `${ctx.operation} ${JSON.stringify(input)}` };
}

/** Identical calls of these may run concurrently: their command makes the change once and answers each. */
function isBatchable({ operation, idempotencyKey, ifMatch }: RequestContext): boolean {
  return repeatable.has(operation) && !idempotencyKey && ifMatch === undefined;
}

/** The record that a write names, if any. */
function subjectOf({ entity }: RequestContext, input: Identifiers): string | undefined {
  const { id, customerId, ticketId, brandId = "", primaryId, searchValue, channels } = input;
  if (id !== undefined) return `${entity} ${id}`;
  if (entity === "ticket") return ticketId === undefined ? undefined : `ticket ${ticketId}`;
  if (entity !== "customer") return undefined;
  if (typeof customerId === "number") return `customer ${customerId}`;
  if (primaryId !== undefined) return `primary id ${brandId} ${primaryId}`;
  if (searchValue !== undefined) return `address ${brandId} ${searchValue}`;
  const [first] = channels ?? [];
  return first && `address ${brandId} ${first.normalised}`;
}
