// The user name of the audit trail: taken from the header, shown as a claim, and forgotten after a year.
import { builtinTypes } from "@dossier/api";
import { afterAll, expect, test, vi } from "vitest";
import { openDatabase } from "../../src/db/pool.ts";
import { runRetention } from "../../src/domain/erasure/retention.ts";
import { startFixtureServer } from "../support/requests.ts";
import { withSql } from "../support/table-fingerprint.ts";

vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }); // so that the server's own runs do not interfere

const world = await startFixtureServer();
const brandId = await world.newBrand();
const db = openDatabase({ connectionString: world.databaseUrl });
afterAll(() => db.close());

/** The user name in the entry of a call with this header. */
async function claimed(header: string | undefined): Promise<string | null | undefined> {
  const { body, status } = await world.raw("POST", "/customer/createCustomerCRUD", {
    form: { brandID: String(brandId), firstname: "Ada" },
    headers: header === undefined ? {} : { "dossier-client-user": header },
  });
  expect(status).toBe(200);
  const { items } = await world.admin.audit.list({ kind: "customer", subjectId: body.id });
  expect(items).toHaveLength(1);
  return items[0]?.client_user;
}

test.each([
  ["ada", "ada"],
  ["  EXAMPLE\\ada ", "EXAMPLE\\ada"],
  [encodeURIComponent("Zoë 山田 50%"), "Zoë 山田 50%"],
  [Buffer.from("Zoë").toString("latin1"), "Zoë"],
  ["50%", "50%"],
  [encodeURIComponent("é".repeat(70)), "é".repeat(64)],
  [encodeURIComponent("😀".repeat(70)), "😀".repeat(64)],
  [undefined, null],
  ["", null],
  ["%20", null],
  ["a%0Ab", null],
  ["a%00b", null],
  ["a%E2%80%AEb", null],
])("the header %j is shown as %j, and never fails the call", async (header, shown) => {
  expect(await claimed(header)).toBe(shown);
});

test("calls that share a transaction keep their own names", async () => {
  const names = Array.from({ length: 12 }, (_, n) => `user-${n}`);
  expect(await Promise.all(names.map(claimed))).toEqual(names);
});

test("after a year the name is forgotten, and the rest of the entry stays", async () => {
  const rows = (id: number) =>
    withSql(
      world,
      async (client) =>
        (
          await client.query<{ client_user: string | null; outcome: string }>(
            "SELECT client_user, outcome FROM audit_entry WHERE entity = 'customer' AND subject_id = $1 AND operation = 'old' ORDER BY at",
            [id],
          )
        ).rows,
    );
  const insert = (ago: string) =>
    withSql(world, (client) =>
      client.query(
        `INSERT INTO audit_entry (at, operation, entity, subject_id, outcome, client_user)
          VALUES (now() - $1::interval, 'old', 'customer', 77, 'updated', 'ada')`,
        [ago],
      ),
    );
  await insert("366 days");
  await insert("364 days");
  const { clientUsers } = await runRetention(db, builtinTypes);
  expect(clientUsers).toBe(1);
  expect(await rows(77)).toEqual([
    { client_user: null, outcome: "updated" },
    { client_user: "ada", outcome: "updated" },
  ]);
});
