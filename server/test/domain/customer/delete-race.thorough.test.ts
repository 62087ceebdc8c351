// Races of deletes and restores with changes of the customer, its items and its identifiers: in either order, nothing
// is orphaned afterwards, every count is right, and no response is an internal error.
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { findViolations } from "../../support/data/invariants.ts";
import { createFullCustomer, type FullCustomer } from "../../support/data/full-customer.ts";
import { startFixtureServer } from "../../support/requests.ts";
import { dice } from "../../support/random-seed.ts";
import { mail, outcomeOf } from "../../support/data/tickets.ts";
import { overtaken, untilWaiting } from "../../support/lock-watch.ts";

const world = await startFixtureServer();
const { admin, service } = world;
const { pool } = service.db;
const { customer, message, ticket } = admin;
const below = dice();

/** Calls that wait in the mutex, without a connection. */
const inProcess = () => service.db.stats.mutex.waiting;

const jitter = () => pause(below(5));
const soon = async (call: () => Promise<{ outcome: string }>) => {
  await jitter();
  return outcomeOf(call());
};

afterEach(async () => expect(await findViolations(pool)).toEqual([]));

const others: [what: string, call: (one: FullCustomer, n: number) => Promise<{ outcome: string }>][] = [
  ["another deletion", ({ id }) => customer.delete({ id })],
  [
    "a channel",
    ({ id }, n) => customer.addChannels({ customerId: id, channels: [mail(`${n}@new.example`)] }),
  ],
  ["an event", ({ id }, n) => customer.addEvent({ customerId: id, message: "x", eventId: `n${n % 3}` })],
  [
    "an event by primary id",
    ({ primaryId }) => customer.addEvent({ primaryId, message: "x", type: "order" }),
  ],
  ["an arriving ticket", ({ brandId, email }) => ticket.create({ brandId, channel: "email", from: email })],
  ["a message", ({ ticketIds }) => message.create({ ticketId: ticketIds[0] ?? 0, type: "1", message: "x" })],
  [
    "a ticket linked by hand",
    ({ id, ticketIds }) => ticket.update({ id: ticketIds[1] ?? 0, customerId: id }),
  ],
  ["a ticket unlinked", ({ ticketIds }) => ticket.update({ id: ticketIds[1] ?? 0, customerId: null })],
  [
    "an update",
    ({ id }, n) => customer.update({ id, firstname: `Eve${"abcdef"[n % 6]}`, custom: { tier: String(n) } }),
  ],
  ["a removed channel", ({ channelIds }) => customer.removeChannel({ id: channelIds[0] ?? 0 })],
  [
    "a changed field",
    ({ fields }) => admin.customfield.update({ id: fields.age, label: "Age", type: "text" }),
  ],
  ["a restore", ({ id }) => customer.restore({ id })],
];

/** Whether the customer is live or deleted by now; it is always one of them. */
async function stateOf({ id }: FullCustomer): Promise<string> {
  return outcomeOf(customer.restore({ id }));
}

test.each(others)("deletion against %s: both are answered, and nothing is left behind", async (_, call) => {
  const answers = new Set<string>();
  for (let round = 0; round < 8; round += 1) {
    const one = await createFullCustomer(world);
    const calls = [0, 1, 2].map((n) => soon(() => call(one, round * 3 + n)));
    const deletion = soon(() => customer.delete({ id: one.id }));
    for (const answer of await Promise.all(calls)) answers.add(answer);
    expect(["deleted", "not_found"]).toContain(await deletion);
    expect(["restored", "unchanged"]).toContain(await stateOf(one));
  }
  const wanted = ["created", "updated", "unchanged", "deleted", "restored", "not_found"];
  expect([...answers].filter((answer) => !wanted.includes(answer))).toEqual([]);
});

const takers: [
  what: string,
  take: (one: FullCustomer) => Promise<{ id: number; outcome: string }>,
  code: string,
][] = [
  ["the primary id", ({ brandId, primaryId }) => customer.create({ brandId, primaryId }), "primary_id_taken"],
  [
    "an address",
    ({ brandId, email }) => customer.create({ brandId, channels: [mail(email)] }),
    "channel_taken",
  ],
  [
    "both, by resolving",
    ({ brandId, primaryId, email }) => customer.resolve({ brandId, primaryId, linkAddress: email }),
    "",
  ],
];

test.each(takers)(
  "restore against who takes %s: one of them has it, and the other is told",
  async (_, take, code) => {
    const seen = new Set<string>();
    for (let round = 0; round < 15; round += 1) {
      const one = await createFullCustomer(world);
      await customer.delete({ id: one.id });
      const [restored, taken] = await Promise.all([
        soon(() => customer.restore({ id: one.id })),
        soon(() => take(one)),
      ]);
      seen.add(`${restored} ${taken}`);
      const page = await customer.listByChannel({ value: one.email, brandId: one.brandId });
      expect(page.itemTotal, `${restored} ${taken}`).toBeLessThanOrEqual(1);
    }
    const wanted = code
      ? [`restored ${code}`, `${code} created`]
      : ["restored unchanged", "primary_id_taken created", "channel_taken created"];
    expect([...seen].filter((one) => !wanted.includes(one))).toEqual([]);
  },
);

test("two restores of one customer at once: one brings them back, the other finds them there", async () => {
  for (let round = 0; round < 15; round += 1) {
    const one = await createFullCustomer(world);
    await customer.delete({ id: one.id });
    const both = await Promise.all([0, 1].map(() => soon(() => customer.restore({ id: one.id }))));
    expect(both.sort()).toEqual(["restored", "unchanged"]);
  }
});

// A delete that holds the customer and waits for one of its tickets: later calls wait for the delete.
test("who comes while a deletion is under way finds nobody; a ticket arrives as nobody's, a restore brings them back", async () => {
  for (const [what, call] of others) {
    if (["a message", "a ticket unlinked", "a changed field"].includes(what)) continue; // not about the customer
    const one = await createFullCustomer(world);
    const held: [string, unknown[]][] = [["SELECT FROM ticket WHERE id = $1 FOR UPDATE", [one.ticketIds[0]]]];
    const both = async () => {
      const deletion = outcomeOf(customer.delete({ id: one.id }));
      await untilWaiting(pool);
      return Promise.all([deletion, outcomeOf(call(one, 1))]);
    };
    const expected = { "an arriving ticket": "created", "a restore": "restored" }[what] ?? "not_found";
    expect(await overtaken(pool, held, both, 2, inProcess), what).toEqual(["deleted", expected]);
    const { items } = await ticket.list({ brandId: one.brandId, linked: true });
    expect(items.length, what).toBe(what === "a restore" ? 2 : 0);
  }
});
