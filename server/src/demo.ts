/**
 * Plants the demo world (server/seed) by the way requests go: everything is encoded, decoded and handed to its
 * handler, so that validation, linking, search terms and the audit trail are those of real calls. All of it is one
 * transaction: the world is there whole or not at all. Where one of its brands is, nothing is touched.
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
  type Sent,
} from "@dossier/api";
import type { SeedBrand, SeedCustomer, SeedEvent, SeedTicket } from "../seed/shape.ts";
import { misspelt, world } from "../seed/world.ts";
import type { Db, Tx } from "./db/database.ts";
import type { Ask } from "./domain/context.ts";
import { handlerOf } from "./handlers.ts";
import { openLog } from "./log.ts";
import { makeOutside } from "./egress/client.ts";

/** What was planted, or nothing where the world was there already; and what to search for in it. */
export interface Demo {
  brands: string[];
  planted: Counts | undefined;
  /** a misspelt name, and whom it finds */
  misspelt: { query: string; finds: string };
}

interface Counts {
  customers: number;
  tickets: number;
  messages: number;
  events: number;
}

/** Adds the demo world, unless one of its brands is there. */
export async function plantDemo(db: Db, types: readonly ChannelType[]): Promise<Demo> {
  const there: Demo = { brands: world.map((one) => one.name), planted: undefined, misspelt };
  if (await isThere(db, types)) return there;
  try {
    const planted = await db.transaction(async (tx) => {
      await tx.allowWaiting(60_000); // another start may be at it: its world is waited for
      return plantWorld(callsOn(within(db, tx), types));
    });
    return { ...there, planted };
  } catch (error) {
    if (await isThere(db, types)) return there; // another start has planted it meanwhile
    throw error;
  }
}

/**
 * The database as it is inside a transaction: what is a transaction of its own elsewhere is a part of this one, and nobody
 * goes together with anybody.
 */
function within(db: Db, tx: Tx): Db {
  const inside: Db = {
    ...db,
    rows: tx.rows,
    row: tx.row,
    transaction: (work) => work(tx),
    attempt: () => Promise.resolve(undefined),
    gather: async (gathering, _key, one) => (await gathering.run(inside, [one]))[0] as never,
  };
  return inside;
}

/** Asks an endpoint, by its row and its handler's name, as the agent or program named. */
type Call = <E extends Endpoint>(name: string, row: E, input: Input<E>, as?: string) => Promise<Output<E>>;

/** Calls like those of an administrator's key, without HTTP. */
function callsOn(db: Db, types: readonly ChannelType[]): Call {
  const secret = randomBytes(32); // for cursors, which are read here alone
  const outside = makeOutside({ allow: [], log: openLog("silent", false) }); // nobody is asked about the invented
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
    const ask: Ask = {
      db,
      outside,
      secret,
      caller,
      operation: name,
      about: row.about,
      types,
      replayed: false,
    };
    const result = await handlerOf(name)(ask, decode(row, sentOf(row, fields), pathId, types));
    return row.output.parse(result) as Output<typeof row>;
  };
}

function sentOf(row: Endpoint, input: Record<string, unknown>): Sent[] {
  return Object.entries(encode(row, input)).map(([name, value]) => ({
    name,
    values: [value].flat().map(String),
    list: Array.isArray(value),
  }));
}

async function isThere(db: Db, types: readonly ChannelType[]): Promise<boolean> {
  const call = callsOn(db, types);
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

/** What happens in the world, once everybody is there. */
interface Happening {
  at: string;
  happen(): Promise<unknown>;
}

async function plantWorld(call: Call): Promise<Counts> {
  const counts: Counts = { customers: 0, tickets: 0, messages: 0, events: 0 };
  const happenings: Happening[] = [];
  for (const brand of world) {
    const brandId = await plantBrand(call, brand);
    for (const one of brand.customers) {
      const customerId = await plantCustomer(call, brandId, one);
      counts.customers += 1;
      for (const event of one.events ?? [])
        happenings.push({ at: event[0], happen: () => plantEvent(call, brand, customerId, event) });
      counts.events += one.events?.length ?? 0;
    }
    for (const one of brand.tickets) {
      happenings.push({ at: one.at, happen: () => plantTicket(call, brand, brandId, one) });
      counts.tickets += 1;
      counts.messages += one.lines.length;
    }
  }
  happenings.sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
  for (const one of happenings) await one.happen();
  return counts;
}

async function plantBrand(call: Call, brand: SeedBrand): Promise<number> {
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

async function plantCustomer(call: Call, brandId: number, one: SeedCustomer): Promise<number> {
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

async function plantEvent(
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
    occurredAt: instantOf(at),
    initiatedBy: program.name,
    sourceUrl: `${program.url}${number}`,
    eventId: `${type}-${number}`,
  });
}

async function plantTicket(call: Call, brand: SeedBrand, brandId: number, one: SeedTicket): Promise<void> {
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
    occurredAt: instantOf(one.at),
  });
  if (one.belongsTo !== undefined)
    await call("ticket.update", api.ticket.update, { id, primaryId: one.belongsTo });
  for (const line of one.lines) await plantLine(call, id, one, line);
}

/** The last line gives the ticket its state. */
async function plantLine(
  call: Call,
  ticketId: number,
  ticket: SeedTicket,
  line: SeedTicket["lines"][number],
): Promise<void> {
  const [at, who, message] = line;
  const [, kind = "contact", agent] = /^(agent|note) (.+)$/.exec(who) ?? [];
  const said = { ticketId, message, occurredAt: instantOf(at) };
  const last = line === ticket.lines.at(-1);
  await call(
    "message.create",
    api.message.create,
    {
      ...said,
      type: kind === "note" ? "note" : ticket.channel,
      direction: kind === "contact" ? "inbound" : "outbound",
      ...(last ? { submitStatus: ticket.status } : {}),
    },
    agent,
  );
}

/** `2026-03-04 09:12` as the API takes it. */
function instantOf(at: string): string {
  return `${at.replace(" ", "T")}:00Z`;
}
