// Races of deleting or converting custom fields with writes of their values: there is no deadlock.
import { expect, test } from "vitest";
import { startTestServer } from "../../support/test-server.ts";

const { admin, newBrand, service } = await startTestServer();

const deadlocks = async () =>
  (
    await service.db.pool.query<{ n: number }>(
      "SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()",
    )
  ).rows[0]?.n;

test("writers and changes of fields in each other's way all come through", async () => {
  const brandId = await newBrand();
  const names = ["a", "b", "c", "d", "e", "f"];
  const ids: number[] = [];
  for (const n of names) ids.push((await admin.customer.create({ brandId, primaryId: `p-${n}` })).id);
  const writer = async (turn: number) => {
    for (let i = 0; i < 12; i += 1)
      await admin.customer.update({
        id: ids[(turn + i) % 6] ?? 0,
        custom: { [names[(turn * i) % 6] ?? "a"]: String(i + 1) },
      });
  };
  const changer = async (turn: number) => {
    for (let i = 0; i < 6; i += 1) {
      const { items } = await admin.customfield.list({ brandId, itemLimit: 99 });
      const field = items[(turn + i) % Math.max(1, items.length)];
      if (!field) continue;
      const type = field.type === "text" ? "number" : "text";
      const change =
        i % 2 === 0
          ? admin.customfield.delete({ id: field.id, force: true })
          : admin.customfield.update({ id: field.id, type, force: true });
      await change.catch((error: unknown) => expect(error).toMatchObject({ code: "not_found" }));
    }
  };
  const before = await deadlocks();
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((turn) => (turn % 4 === 3 ? changer(turn) : writer(turn))));
  expect(await deadlocks()).toBe(before);
});
