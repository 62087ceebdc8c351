// Operations with the cost of each statement: the real domain operations, run on a database that EXPLAINs every
// statement at its place in the transaction, before it runs it.
import { builtinTypes, normaliseAddress, permissions } from "@dossier/api";
import type pg from "pg";
import type { Db, Statement, Tx } from "../../../src/db/database.ts";
import type { RequestContext } from "../../../src/domain/context.ts";
import { updateBrand } from "../../../src/domain/brand/brand.ts";
import { createField } from "../../../src/domain/custom-field/custom-field.ts";
import { listFieldsByKey } from "../../../src/domain/custom-field/registry.ts";
import { syncWithCrm } from "../../../src/domain/crm/sync.ts";
import { createCustomer } from "../../../src/domain/customer/create.ts";
import { addChannels, removeChannel, updateCustomer } from "../../../src/domain/customer/update.ts";
import {
  findCustomer,
  listByChannel,
  listByPrimaryId,
  listCustomers,
} from "../../../src/domain/customer/read.ts";
import { resolveCustomer } from "../../../src/domain/customer/resolve.ts";
import { createKeyring } from "../../../src/domain/key/key.ts";
import { generateToken } from "../../../src/domain/key/token.ts";
import { type Cost, explain } from "./explain.ts";
import { noEgress } from "../no-egress.ts";
import { unbatched } from "../../../src/domain/batcher.ts";

/** A database on one connection that records the cost of every statement. */
export function recordingDb(
  client: pg.ClientBase,
  examine: typeof explain = explain,
): { db: Db; costs: { name: string; found: Cost }[] } {
  const costs: { name: string; found: Cost }[] = [];
  const inTurn = serialQueue(); // EXPLAIN needs several statements, and a transaction may send several at once
  const measure = (...one: Parameters<typeof measureAlone>) => inTurn(() => measureAlone(...one));
  const measureAlone = async (statement: Statement, values: readonly unknown[] = []) => {
    const planned = !statement.text.startsWith("LOCK "); // the others have plans
    if (planned) costs.push({ name: statement.name, found: await examine(client, statement, values) });
    return (await client.query({ text: statement.text, values: [...values] })).rows as never[];
  };
  const queue = serialQueue();
  const inside = {
    rows: measure,
    row: async (s: Statement, v?: readonly unknown[]) => (await measure(s, v))[0],
  };
  const alone = (s: Statement, v?: readonly unknown[]) => queue(() => within(client, () => measure(s, v)));
  const tx: Tx = {
    transactional: true,
    ...inside,
    setTimeouts: async () => undefined,
    resetTimeouts: async () => undefined,
    notifyAfterCommit: () => undefined,
    recordErasure: async () => undefined,
  };
  const db = {
    rows: alone,
    row: async (s: Statement, v?: readonly unknown[]) => (await alone(s, v))[0],
    timeouts: { retry: 60_000 },
    tryTransaction: <S, T>(read: (tx: Tx) => Promise<S>, work: (tx: Tx, facts: S) => Promise<T>) =>
      queue(() => within(client, async () => work(tx, await read(tx)))),
    transaction: <T>(work: (tx: Tx) => Promise<T>) => queue(() => within(client, () => work(tx))),
  };
  return { db: db as unknown as Db, costs };
}

async function within<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    return await work();
  } finally {
    await client.query("COMMIT");
  }
}

/** One connection does one thing at a time. */
function serialQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

/** A request of a key for all brands. */
export function contextOf(db: Db): RequestContext {
  return {
    db,
    batcher: unbatched,
    caller: { keyId: 1, name: "test", permissions: new Set(permissions), brands: null, source: "api" },
    secret: { current: Buffer.alloc(32, 1) },
    channelTypes: builtinTypes,
    operation: "test",
    entity: "test",
    idempotencyKey: { keyHash: Buffer.from(String(Math.random())), fingerprint: Buffer.alloc(32) },
    egress: noEgress,
    replayed: false,
  };
}

/** Makes the field that a filter names, in the brand that lists everything. */
async function ensureField(ctx: RequestContext): Promise<void> {
  const fields = await listFieldsByKey(ctx.db, [1], "tier");
  if (fields.length > 0) return;
  await createField({ ...ctx, idempotencyKey: undefined }, { brandId: 1, name: "tier", type: "text" });
}

interface Operation {
  what: string;
  page: number;
  run(ctx: RequestContext): Promise<unknown>;
}

const email = (address: string) => {
  const read = normaliseAddress("email", address);
  if ("fault" in read) throw new Error(read.fault);
  return [{ field: "extra_email", typeId: 1, typeName: "email", ...read }];
};
const custom = (value: string) => [{ field: "custom_tier", name: "tier", key: "tier", value, bare: false }];

/** Operation 15 in a brand with a CRM that knows the customer. */
async function syncing(
  ctx: RequestContext,
  who: { address: string } | { primaryId: string },
): Promise<unknown> {
  await updateBrand(
    { ...ctx, idempotencyKey: undefined },
    { id: 1, crmLookupUrl: "https://crm.example.org/" },
  );
  const body = Buffer.from('[{"primary_id":"crm-1","firstname":"Nova","custom_tier":"gold"}]');
  const egress = { ...noEgress, send: () => Promise.resolve({ status: 200, headers: {}, body }) };
  return syncWithCrm({ ...ctx, egress }, { brandId: 1, channel: "email", ...who });
}

export const operations: Operation[] = [
  { what: "list, first page", page: 15, run: (ctx) => listCustomers(ctx, {}) },
  { what: "list, big page", page: 99, run: (ctx) => listCustomers(ctx, { itemLimit: 99, brandId: 1 }) },
  { what: "list, by offset", page: 15, run: (ctx) => listCustomers(ctx, { itemStart: 9000 }) },
  {
    what: "list, by cursor",
    page: 15,
    run: async (ctx) => listCustomers(ctx, { cursor: (await listCustomers(ctx, {})).nextCursor ?? "" }),
  },
  ...[
    { sort: "id" as const },
    { sort: "lastname" as const },
    { sort: "updated" as const },
    { createdSince: new Date(0) },
    { createdSince: new Date("2200-01-01") },
    { channelType: "email" },
    { channelType: "email", sort: "id" as const },
    { has: "facebook" },
    { custom: custom("gold") },
    { custom: custom("absent"), sort: "id" as const },
    { updatedSince: new Date(0) },
  ].map((filter) => ({
    what: `list by ${JSON.stringify({ ...filter, custom: filter.custom?.[0]?.value })}, two pages`,
    page: 15,
    run: async (ctx: RequestContext) => {
      await ensureField(ctx);
      const { nextCursor } = await listCustomers(ctx, filter);
      return nextCursor === null ? undefined : listCustomers(ctx, { ...filter, cursor: nextCursor });
    },
  })),
  { what: "search a common name", page: 15, run: (ctx) => listCustomers(ctx, { query: "maria" }) },
  { what: "search a misspelt name", page: 15, run: (ctx) => listCustomers(ctx, { query: "shcmidt" }) },
  { what: "read one", page: 1, run: (ctx) => findCustomer(ctx, { id: 77 }) },
  { what: "read one's provenance", page: 1, run: (ctx) => findCustomer(ctx, { id: 77, provenance: true }) },
  {
    what: "take over what a CRM tells of a new one",
    page: 1,
    run: (ctx) => syncing(ctx, { address: "crm@example.org" }),
  },
  {
    what: "take over what a CRM tells of a known one",
    page: 1,
    run: (ctx) => syncing(ctx, { primaryId: "crm-1" }),
  },
  { what: "search by primary id", page: 15, run: (ctx) => listByPrimaryId(ctx, { primaryId: "K-0000017" }) },
  { what: "search by address", page: 15, run: (ctx) => listByChannel(ctx, { value: "x@example.org" }) },
  {
    what: "create",
    page: 1,
    run: (ctx) =>
      createCustomer(ctx, {
        brandId: 1,
        firstname: "Nova",
        channels: email("nova@example.org"),
        custom: custom("a"),
      }),
  },
  {
    what: "create with nothing that must be looked at",
    page: 1,
    run: (ctx) =>
      createCustomer(ctx, {
        brandId: 1,
        primaryId: "plain-1",
        firstname: "Nova",
        channels: email("plain@example.org"),
      }),
  },
  {
    what: "resolve a new one",
    page: 1,
    run: (ctx) =>
      resolveCustomer(ctx, {
        brandId: 1,
        primaryId: "new-1",
        lastname: "Nova",
        channels: email("n1@example.org"),
        custom: [],
      }),
  },
  {
    what: "resolve a known one",
    page: 1,
    run: (ctx) =>
      resolveCustomer(ctx, {
        brandId: 1,
        primaryId: "new-1",
        lastname: "Supernova",
        channels: email("n2@example.org"),
        custom: custom("b"),
      }),
  },
  {
    what: "update by id",
    page: 1,
    run: (ctx) => updateCustomer(ctx, { id: 77, firstname: "Changed", custom: custom("") }),
  },
  {
    what: "update by primary id",
    page: 1,
    run: (ctx) => updateCustomer(ctx, { primaryId: "new-1", newPrimaryId: "new-2" }),
  },
  {
    what: "add a channel",
    page: 1,
    run: (ctx) => addChannels(ctx, { customerId: 78, channels: email("n3@example.org") }),
  },
  { what: "remove a channel", page: 1, run: (ctx) => removeChannel(ctx, { id: 79 }) },
  {
    what: "authenticate",
    page: 1,
    run: (ctx) =>
      createKeyring(ctx.db)
        .authenticate(generateToken())
        .catch(() => undefined),
  },
];
