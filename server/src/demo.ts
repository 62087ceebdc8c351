/**
 * Demo data: adds the content of server/seed through the regular path of requests. Everything is encoded, decoded and
 * passed to its handler, so validation, linking, search terms and audit trail are those of real calls. One transaction
 * makes it all or nothing; if one of its brands exists, nothing changes.
 */
import { randomBytes } from "node:crypto";
import {
  type Api,
  api,
  type ChannelInput,
  type ChannelType,
  decode,
  type Endpoint,
  encode,
  type Input,
  type Output,
  permissions,
  type RawField,
} from "@dossier/api";
import type { SeedBrand, SeedCustomer, SeedEvent, SeedTicket } from "../seed/shape.ts";
import { misspelt, world } from "../seed/world.ts";
import { type Db, deriveDb, type Tx } from "./db/database.ts";
import type { RequestContext } from "./domain/context.ts";
import { handlerOf } from "./handlers.ts";
import { openLog } from "./log.ts";
import { createEgressClient } from "./egress/client.ts";
import { unbatched } from "./domain/batcher.ts";

/** The demo data that was added, undefined if it existed already; and sample searches. */
export interface Demo {
  brands: string[];
  added: Counts | undefined;
  /** a misspelt name, and the customer that it finds */
  misspelt: { query: string; finds: string };
}

interface Counts {
  customers: number;
  tickets: number;
  messages: number;
  events: number;
}

/** Receives how many records are added, and of how many. */
type OnProgress = (added: number, all: number) => void;

/** Adds the demo data, unless one of its brands exists. */
export async function seedDemo(
  db: Db,
  types: readonly ChannelType[],
  onProgress: OnProgress = () => undefined,
): Promise<Demo> {
  const existing: Demo = { brands: world.map((one) => one.name), added: undefined, misspelt };
  if (await isSeeded(db, types)) return existing;
  try {
    const added = await db.transaction(async (tx) => {
      await tx.setTimeouts(60_000); // waits for another process that is adding the demo data
      return seedWorld(createCaller(nestedTransactionDb(db, tx), types), onProgress);
    });
    return { ...existing, added };
  } catch (error) {
    if (await isSeeded(db, types)) return existing; // another process has added it meanwhile
    throw error;
  }
}

/** A database inside a transaction: nested transactions are part of it. */
function nestedTransactionDb(db: Db, tx: Tx): Db {
  return deriveDb(db, {
    rows: tx.rows,
    row: tx.row,
    transaction: (work) => work(tx),
    tryTransaction: async (read, work) => work(tx, await read(tx)),
  });
}

/** Calls an endpoint by its row and its handler's name, as the named agent or program. */
type Call = <E extends Endpoint>(name: string, row: E, input: Input<E>, as?: string) => Promise<Output<E>>;

/** Calls with the permissions of an administrator's key, without HTTP. */
function createCaller(db: Db, channelTypes: readonly ChannelType[]): Call {
  const secret = { current: randomBytes(32) }; // for cursors, which only this function reads
  const egress = createEgressClient({ allow: [], log: openLog("silent", false) }); // no lookups of invented customers
  return async (name, row, input, as = "Demo") => {
    const fields = input as Record<string, unknown>;
    const pathId = typeof fields.id === "number" ? String(fields.id) : undefined;
    const caller = {
      keyId: 0,
      name: as,
      permissions: new Set(permissions),
      brands: null,
      source: "import" as const,
    };
    const ctx: RequestContext = {
      batcher: unbatched,
      db,
      egress,
      secret,
      caller,
      operation: name,
      entity: row.entity,
      channelTypes,
      replayed: false,
    };
    const result = await handlerOf(name)(ctx, decode(row, toRawFields(row, fields), pathId, channelTypes));
    return row.output.parse(result) as Output<typeof row>;
  };
}

function toRawFields(row: Endpoint, input: Record<string, unknown>): RawField[] {
  return Object.entries(encode(row, input)).map(([name, value]) => ({
    name,
    values: [value].flat().map(String),
    list: Array.isArray(value),
  }));
}

async function isSeeded(db: Db, types: readonly ChannelType[]): Promise<boolean> {
  const call = createCaller(db, types);
  let cursor: string | undefined;
  do {
    const page: Output<Api["brand"]["list"]> = await call("brand.list", api.brand.list, {
      itemLimit: 99,
      ...(cursor ? { cursor } : {}),
    });
    if (page.items.some((brand) => world.some((one) => one.name === brand.name))) return true;
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return false;
}

/** A step that runs once all customers exist. */
interface TimedStep {
  at: string;
  run(): Promise<unknown>;
}

async function seedWorld(call: Call, onProgress: OnProgress): Promise<Counts> {
  const counts: Counts = { customers: 0, tickets: 0, messages: 0, events: 0 };
  const steps: TimedStep[] = [];
  for (const brand of world) {
    const brandId = await seedBrand(call, brand);
    for (const one of brand.customers) {
      const customerId = await seedCustomer(call, brandId, one);
      counts.customers += 1;
      for (const event of one.events ?? [])
        steps.push({ at: event[0], run: () => seedEvent(call, brand, customerId, event) });
      counts.events += one.events?.length ?? 0;
    }
    for (const one of brand.tickets) {
      steps.push({ at: one.at, run: () => seedTicket(call, brand, brandId, one) });
      counts.tickets += 1;
      counts.messages += one.lines.length;
    }
  }
  steps.sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
  for (const [at, one] of steps.entries()) {
    await one.run();
    onProgress(counts.customers + at + 1, counts.customers + steps.length);
  }
  return counts;
}

async function seedBrand(call: Call, brand: SeedBrand): Promise<number> {
  const { name, country, searchByChannel } = brand;
  const { id } = await call("brand.create", api.brand.create, {
    name,
    defaultCountry: country,
    searchByChannel,
  });
  for (const { options, ...field } of brand.fields)
    await call("customfield.create", api.customfield.create, {
      brandId: id,
      ...field,
      ...(options ? { options: [...options] } : {}),
    });
  return id;
}

async function seedCustomer(call: Call, brandId: number, one: SeedCustomer): Promise<number> {
  const channels = Object.entries(one.channels).flatMap(([type, addresses]) =>
    [addresses].flat().map((address): ChannelInput => ({ type, address })),
  );
  const { id } = await call("customer.create", api.customer.create, {
    brandId,
    ...(one.id === undefined ? {} : { primaryId: one.id }),
    ...(one.first === undefined ? {} : { firstname: one.first }),
    ...(one.last === undefined ? {} : { lastname: one.last }),
    channels,
    custom: one.custom ?? {},
  });
  return id;
}

async function seedEvent(
  call: Call,
  brand: SeedBrand,
  customerId: number,
  [at, type, number, message]: SeedEvent,
): Promise<void> {
  const program = brand.programs[type];
  if (!program) throw new Error(`${brand.name} has no program for events of the type ${type}`);
  await call("customer.addEvent", api.customer.addEvent, {
    customerId,
    type,
    message,
    occurredAt: toInstant(at),
    initiatedBy: program.name,
    sourceUrl: `${program.url}${number}`,
    eventId: `${type}-${number}`,
  });
}

async function seedTicket(call: Call, brand: SeedBrand, brandId: number, one: SeedTicket): Promise<void> {
  const { channel, contact, name, title, direction = "inbound", priority = "medium" } = one;
  const desk = brand.desk[channel];
  const [from, to] = direction === "inbound" ? [contact, desk] : [desk, contact];
  const fromName = direction === "inbound" ? name : brand.name;
  const { id } = await call("ticket.create", api.ticket.create, {
    brandId,
    channel,
    direction,
    from,
    to,
    title,
    priority,
    ...(fromName === undefined ? {} : { fromName }),
    occurredAt: toInstant(one.at),
  });
  if (one.belongsTo !== undefined)
    await call("ticket.update", api.ticket.update, { id, primaryId: one.belongsTo });
  for (const line of one.lines) await seedMessage(call, id, one, line);
}

/** Adds one message; the last one sets the ticket's state. */
async function seedMessage(
  call: Call,
  ticketId: number,
  ticket: SeedTicket,
  line: SeedTicket["lines"][number],
): Promise<void> {
  const [at, who, message] = line;
  const [, kind = "contact", agent] = /^(agent|note) (.+)$/.exec(who) ?? [];
  const content = { ticketId, message, occurredAt: toInstant(at) };
  const last = line === ticket.lines.at(-1);
  await call(
    "message.create",
    api.message.create,
    {
      ...content,
      type: kind === "note" ? "note" : ticket.channel,
      direction: kind === "contact" ? "inbound" : "outbound",
      ...(last ? { submitStatus: ticket.status } : {}),
    },
    agent,
  );
}

/** Converts `2026-03-04 09:12` into the API's format. */
function toInstant(at: string): string {
  return `${at.replace(" ", "T")}:00Z`;
}
