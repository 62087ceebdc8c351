// Race of a ticket and its customer, many times, a little before or after each other: in either order, the ticket is
// linked to the customer.
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { dice } from "../support/random-seed.ts";
import { mail, openTicket, ownersOf } from "../support/data/tickets.ts";
import { overtaken } from "../support/lock-watch.ts";
import { startTestServer } from "../support/test-server.ts";

const { admin, newBrand, service } = await startTestServer();
const { customer } = admin;
const { pool } = service.db;

const comings: [
  how: string,
  come: (brandId: number, address: string, id: number) => Promise<{ id: number }>,
][] = [
  ["strictly created", (brandId, address) => customer.create({ brandId, channels: [mail(address)] })],
  ["resolved", (brandId, linkAddress) => customer.resolve({ brandId, linkAddress })],
  [
    "given the channel",
    (_, address, customerId) => customer.addChannels({ customerId, channels: [mail(address)] }),
  ],
  ["updated with it", (_, address, id) => customer.update({ id, channels: [mail(address)] })],
];

test.each(comings)(
  "of tickets that are posted while their customer is %s, not one is missed in 120 rounds",
  async (_, come) => {
    const brandId = await newBrand({ searchByChannel: true });
    const below = dice();
    const { id: known } = await customer.create({ brandId, primaryId: "K" });
    const jitter = () => pause(below(4)); // 0 to 3 ms: about the duration of the other side
    for (let round = 0; round < 120; round += 1) {
      const address = `${round}@example.org`;
      const tickets = Array.from({ length: 1 + below(5) }, async () => {
        await jitter();
        return openTicket(admin, brandId, below(2) ? address : address.toUpperCase());
      });
      const coming = jitter().then(() => come(brandId, address, known));
      const [ids, { id }] = [await Promise.all(tickets), await coming];
      expect(await ownersOf(admin, ids), `round ${round}`).toEqual(ids.map(() => id));
    }
  },
);

test("a ticket whose customer leaves while it arrives is nobody's", async () => {
  const brandId = await newBrand();
  const address = "ada@example.org";
  const { id } = await customer.create({ brandId, channels: [mail(address)] });
  const leaving: [string, unknown[]][] = [
    ["SELECT FROM customer WHERE id = $1 FOR UPDATE", [id]],
    ["DELETE FROM customer WHERE id = $1", [id]],
  ];
  const ticket = await overtaken(pool, leaving, () => openTicket(admin, brandId, address));
  expect(await ownersOf(admin, [ticket])).toEqual([null]);
});

// The concurrent transaction does what PUT /ticket does: it links a ticket to another customer and has not committed
// yet.
const give = (id: number, to: number): [string, unknown[]] => [
  "UPDATE ticket SET customer_id = $2, former_customer_id = NULL WHERE id = $1",
  [id, to],
];

test("a ticket that another customer gets while its own is deleted stays theirs, and a restore does not take it back", async () => {
  const brandId = await newBrand();
  const { id } = await customer.create({ brandId, channels: [mail("ada@example.org")] });
  const { id: other } = await customer.create({ brandId, firstname: "Grace" });
  const tickets = [
    await openTicket(admin, brandId, "ada@example.org"),
    await openTicket(admin, brandId, "ada@example.org"),
    await openTicket(admin, brandId, "ada@example.org"),
  ] as const;
  await overtaken(pool, [give(tickets[1], other)], () => customer.delete({ id }));
  expect(await ownersOf(admin, tickets)).toEqual([null, other, null]);
  await overtaken(pool, [give(tickets[2], other)], () => customer.restore({ id }));
  expect(await ownersOf(admin, tickets)).toEqual([id, other, other]);
});
