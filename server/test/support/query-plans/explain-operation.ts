// Operations that say what each of their statements costs: the real domain operations, run on a database that
// EXPLAINs every statement where it stands, in its transaction, before it runs it.
import { builtinTypes, normaliseAddress, permissions } from "@dossier/api";
import type pg from "pg";
import type { Db, Statement, Tx } from "../../../src/db/database.ts";
import type { Gathering } from "../../../src/domain/batcher.ts";
import type { Ask } from "../../../src/domain/context.ts";
import { updateBrand } from "../../../src/domain/brand/brand.ts";
import { syncWithCrm } from "../../../src/domain/crm/sync.ts";
import { addChannels, createCustomer, removeChannel, updateCustomer } from "../../../src/domain/customer/update.ts";
import { findCustomer, listByChannel, listByPrimaryId, listCustomers } from "../../../src/domain/customer/read.ts";
import { resolveCustomer } from "../../../src/domain/customer/resolve.ts";
import { createKeyring } from "../../../src/domain/key/key.ts";
import { makeKeyText } from "../../../src/domain/key/token.ts";
import { type Cost, explain } from "./explain.ts";
import { secluded } from "../../secluded.ts";

/** A database on one session that keeps the cost of every statement. */
export function record(client: pg.ClientBase): { db: Db; costs: { name: string; found: Cost }[] } {
  const costs: { name: string; found: Cost }[] = [];
  const inTurn = serially(); // EXPLAIN needs several statements, and a transaction may send several at once
  const measure = (...one: Parameters<typeof measureAlone>) => inTurn(() => measureAlone(...one));
  const measureAlone = async (statement: Statement, values: readonly unknown[] = []) => {
    const planned = !statement.text.startsWith("LOCK "); // the others have plans
    if (planned) costs.push({ name: statement.name, found: await explain(client, statement, values) });
    return (await client.query({ text: statement.text, values: [...values] })).rows as never[];
  };
  const queue = serially();
  const inside = {
    rows: measure,
    row: async (s: Statement, v?: readonly unknown[]) => (await measure(s, v))[0],
  };
  const alone = (s: Statement, v?: readonly unknown[]) => queue(() => within(client, () => measure(s, v)));
  const tx: Tx = {
    transactional: true,
    ...inside,
    allowWaiting: async () => undefined,
    waitAsUsual: async () => undefined,
    signal: () => undefined,
  };
  const db = {
    rows: alone,
    row: async (s: Statement, v?: readonly unknown[]) => (await alone(s, v))[0],
    gather: async <In, Out>({ run }: Gathering<In, Out>, _key: string, one: In) =>
      (await run(db as unknown as Db, [one]))[0],
    attempt: <S, T>(look: (tx: Tx) => Promise<S>, work: (tx: Tx, seen: S) => Promise<T>) =>
      queue(() => within(client, async () => work(tx, await look(tx)))),
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

/** One session does one thing at a time. */
function serially() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

/** A request of a key for all brands. */
export function askOf(db: Db): Ask {
  return {
    db,
    caller: { keyId: 1, name: "test", permissions: new Set(permissions), brands: null, source: "api" },
    secret: Buffer.alloc(32, 1),
    types: builtinTypes,
    operation: "test",
    about: "test",
    retry: { token: Buffer.from(String(Math.random())), fingerprint: Buffer.alloc(32) },
    outside: secluded,
    replayed: false,
  };
}

interface Operation {
  what: string;
  page: number;
  run(ask: Ask): Promise<unknown>;
}

const email = (address: string) => {
  const read = normaliseAddress("email", address);
  if ("fault" in read) throw new Error(read.fault);
  return [{ field: "extra_email", typeId: 1, typeName: "email", ...read }];
};
const custom = (value: string) => [{ field: "custom_tier", name: "tier", key: "tier", value, bare: false }];

/** Operation 15 in a brand with a CRM that knows somebody. */
async function syncing(ask: Ask, who: { address: string } | { primaryId: string }): Promise<unknown> {
  await updateBrand({ ...ask, retry: undefined }, { id: 1, crmLookupUrl: "https://crm.example.org/" });
  const body = Buffer.from('[{"primary_id":"crm-1","firstname":"Nova","custom_tier":"gold"}]');
  const outside = { ...secluded, send: () => Promise.resolve({ status: 200, headers: {}, body }) };
  return syncWithCrm({ ...ask, outside }, { brandId: 1, channel: "email", ...who });
}

export const operations: Operation[] = [
  { what: "list, first page", page: 15, run: (ask) => listCustomers(ask, {}) },
  { what: "list, big page", page: 99, run: (ask) => listCustomers(ask, { itemLimit: 99, brandId: 1 }) },
  { what: "list, by offset", page: 15, run: (ask) => listCustomers(ask, { itemStart: 9000 }) },
  {
    what: "list, by cursor",
    page: 15,
    run: async (ask) => listCustomers(ask, { cursor: (await listCustomers(ask, {})).nextCursor ?? "" }),
  },
  { what: "search a common name", page: 15, run: (ask) => listCustomers(ask, { query: "maria" }) },
  { what: "search a misspelt name", page: 15, run: (ask) => listCustomers(ask, { query: "shcmidt" }) },
  { what: "read one", page: 1, run: (ask) => findCustomer(ask, { id: 77 }) },
  { what: "read one's provenance", page: 1, run: (ask) => findCustomer(ask, { id: 77, provenance: true }) },
  {
    what: "take over what a CRM tells of a new one",
    page: 1,
    run: (ask) => syncing(ask, { address: "crm@example.org" }),
  },
  {
    what: "take over what a CRM tells of a known one",
    page: 1,
    run: (ask) => syncing(ask, { primaryId: "crm-1" }),
  },
  { what: "search by primary id", page: 15, run: (ask) => listByPrimaryId(ask, { primaryId: "K-0000017" }) },
  { what: "search by address", page: 15, run: (ask) => listByChannel(ask, { value: "x@example.org" }) },
  {
    what: "create",
    page: 1,
    run: (ask) =>
      createCustomer(ask, {
        brandId: 1,
        firstname: "Nova",
        channels: email("nova@example.org"),
        custom: custom("a"),
      }),
  },
  {
    what: "create with nothing that must be looked at",
    page: 1,
    run: (ask) =>
      createCustomer(ask, {
        brandId: 1,
        primaryId: "plain-1",
        firstname: "Nova",
        channels: email("plain@example.org"),
      }),
  },
  {
    what: "resolve a new one",
    page: 1,
    run: (ask) =>
      resolveCustomer(ask, {
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
    run: (ask) =>
      resolveCustomer(ask, {
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
    run: (ask) => updateCustomer(ask, { id: 77, firstname: "Changed", custom: custom("") }),
  },
  {
    what: "update by primary id",
    page: 1,
    run: (ask) => updateCustomer(ask, { primaryId: "new-1", newPrimaryId: "new-2" }),
  },
  {
    what: "add a channel",
    page: 1,
    run: (ask) => addChannels(ask, { customerId: 78, channels: email("n3@example.org") }),
  },
  { what: "remove a channel", page: 1, run: (ask) => removeChannel(ask, { id: 79 }) },
  {
    what: "authenticate",
    page: 1,
    run: (ask) =>
      createKeyring(ask.db)
        .authenticate(makeKeyText())
        .catch(() => undefined),
  },
];
