// The customer's own fields: every row of the table is stored, shown, changed, copied, searched and erased. The tests walk
// the table, so they hold for a field that is added.
import { api, customerFields, customerTexts, openapi, wireName } from "@dossier/api";
import { expect, test } from "vitest";
import { compareLists, textsOf } from "../../../src/cli/compare/thing.ts";
import { customerFields as storedFields } from "../../../src/domain/customer-fields.ts";
import { personalDataLocations } from "../../../src/domain/erasure/personal-data.ts";
import { startFixtureServer, uniqueName } from "../../support/requests.ts";
import { startCrm } from "../../support/servers/crm-server.ts";
import { withSql } from "../../support/table-fingerprint.ts";

const crm = await startCrm();
const world = await startFixtureServer({ egressAllow: [crm.hostPort] });
const { customer, brand } = world.admin;

const texts: Record<string, string> = Object.fromEntries(
  customerTexts.map(({ name, example }) => [name, example]),
);
const shown = Object.fromEntries(customerTexts.map(({ wire, example }) => [wire, example]));
const cleared: Record<string, string> = Object.fromEntries(customerTexts.map(({ name }) => [name, ""]));
const textNames = customerTexts.map(({ wire }) => wire);
const allNames = customerFields.map(({ wire }) => wire);

const read = async (id: number | null) => (await customer.find({ id: id ?? 0, provenance: true })).item;

/** The columns of a customer's row in a table. */
async function stored(table: "customer" | "deleted_customer", id: number): Promise<Record<string, unknown>> {
  const { rows } = await withSql(world, (client) =>
    client.query<Record<string, unknown>>(`SELECT * FROM ${table} WHERE id = $1`, [id]),
  );
  const [row = {}] = rows;
  return Object.fromEntries(storedFields.map(({ wire, column }) => [wire, row[column]]));
}

test("every field is created, stored under its column, shown, and has a provenance", async () => {
  const [brandId, primaryId] = [await world.newBrand(), uniqueName()];
  const { id } = await customer.create({ brandId, primaryId, ...texts });
  const all = { external_primary_id: primaryId, ...shown };
  expect(await stored("customer", id)).toEqual(all);
  const { provenance = [], ...item } = await read(id);
  expect(item).toMatchObject(all);
  expect(provenance.map(({ field }) => field).toSorted()).toEqual(allNames.toSorted());
});

test("every text is set and cleared by each operation that changes customers, and named in the audit trail", async () => {
  const [brandId, primaryId] = [await world.newBrand(), uniqueName()];
  const { id } = await customer.resolve({ brandId, primaryId });
  expect((await customer.resolve({ brandId, primaryId, ...texts })).outcome).toBe("updated");
  for (const change of [
    (fields: typeof texts) => customer.update({ id, ...fields }),
    (fields: typeof texts) => customer.updateAny({ customerId: id, ...fields }),
    (fields: typeof texts) => customer.updateByPrimaryId({ primaryId, brandId, ...fields }),
  ]) {
    await change(cleared);
    expect(Object.values(await stored("customer", id))).toEqual([primaryId, ...textNames.map(() => "")]);
    await change(texts);
    expect(await read(id)).toMatchObject(shown);
  }
  const { rows } = await withSql(world, (client) =>
    client.query<{ fields: string[] }>(
      "SELECT fields FROM audit_entry WHERE entity = 'customer' AND subject_id = $1 ORDER BY id OFFSET 1",
      [id],
    ),
  );
  expect(rows.map(({ fields }) => fields)).toEqual(Array.from({ length: 7 }, () => textNames));
});

test("a deleted customer keeps every field and is restored with it", async () => {
  const [brandId, primaryId] = [await world.newBrand(), uniqueName()];
  const { id } = await customer.create({ brandId, primaryId, ...texts });
  const before = await stored("customer", id);
  await customer.delete({ id });
  expect(await stored("deleted_customer", id)).toEqual(before);
  await customer.restore({ id });
  expect(await stored("customer", id)).toEqual(before);
});

test("the search finds a customer by the words of the searchable fields alone", async () => {
  for (const { name, example, searchable } of customerTexts) {
    const brandId = await world.newBrand();
    await customer.create({ brandId, primaryId: uniqueName(), [name]: example });
    const { itemTotal } = await customer.list({ brandId, query: example });
    expect([name, itemTotal]).toEqual([name, searchable ? 1 : 0]);
  }
});

test("a CRM fills every field that names members of its results, under its own names and the brand's", async () => {
  const filled = customerFields.flatMap(({ wire, crm: members, ...field }) => {
    const member = (members as readonly string[]).at(0);
    return member === undefined
      ? []
      : [{ wire, member, text: "example" in field ? field.example : undefined }];
  });
  const wanted = (id: string) => Object.fromEntries(filled.map(({ wire, text }) => [wire, text ?? id]));
  const result = (nameOf: (member: string) => string, id: string) =>
    Object.fromEntries(filled.map(({ member, text }) => [nameOf(member), text ?? id]));
  const address = () => `${uniqueName("mail")}@example.org`;
  crm.say = () => [result((member) => member, "C-1")];
  const brandId = await world.newBrand({ crmLookupUrl: crm.url });
  const preview = await brand.crmTest({ id: brandId, channel: "email", address: address() });
  expect(preview.item.mapped).toMatchObject([wanted("C-1")]);
  const made = await customer.syncWithCrm({ brandId, channel: "email", address: address() });
  expect(await read(made.id)).toMatchObject(wanted("C-1"));
  crm.say = () => [result((member) => `their ${member}`, "C-2")];
  const crmFieldMap = Object.fromEntries(filled.map(({ member }) => [member, `/their ${member}`]));
  await brand.update({ id: brandId, crmFieldMap });
  const mapped = await customer.syncWithCrm({ brandId, channel: "email", address: address() });
  expect(await read(mapped.id)).toMatchObject(wanted("C-2"));
});

test("the register of personal data has every column, live and deleted", () => {
  const registered = personalDataLocations.map(({ columns }) => columns);
  for (const table of ["customer", "deleted_customer"])
    expect(registered.flatMap((columns) => columns[table] ?? [])).toEqual(
      expect.arrayContaining(storedFields.map(({ column }) => column)),
    );
});

test("requests, responses and the document have every field under the table's names", () => {
  const { create, resolve, update, updateAny, updateByPrimaryId } = api.customer;
  for (const row of [create, resolve, update, updateAny, updateByPrimaryId])
    expect(Object.keys(row.input.shape)).toEqual(expect.arrayContaining(Object.keys(texts)));
  for (const { name, wire } of customerTexts) expect(wireName(create, name)).toBe(wire);
  const { components } = openapi() as unknown as {
    components: { schemas: Record<string, { properties: Record<string, { description: string }> }> };
  };
  const described = components.schemas.Customer?.properties ?? {};
  for (const wire of allNames) expect([wire, typeof described[wire]?.description]).toEqual([wire, "string"]);
});

test("a comparison of two servers reports every text that the old one returns", () => {
  const [old, now] = [{ external_primary_id: "K-1", ...shown }, { external_primary_id: "K-1" }];
  const differences = (oldTexts: string[]) =>
    compareLists([old], [now], { types: [], oldHasCustomFields: false, oldTexts }).map(({ field }) => field);
  expect(differences(textsOf([old]))).toEqual(textNames);
  expect(differences(textsOf([now]))).toEqual([]);
});
