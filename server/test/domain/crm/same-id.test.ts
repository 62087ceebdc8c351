// One id several times in a CRM's answer is one person, as a join of tables tells it; different ids are several.
import { describe, expect, test } from "vitest";
import { startCrm } from "../../support/servers/crm-server.ts";
import { startTestServer } from "../../support/test-server.ts";

const crm = await startCrm();
const world = await startTestServer({ egressAllow: [crm.hostPort] });
const { admin } = world;
let n = 0;

type Row = Record<string, unknown>;

/** What became of the customer that the CRM answers so. */
async function sync(rows: Row[], settings: { crmFieldMap?: Record<string, string> } = {}) {
  n += 1;
  const address = `same-${n}@crm.example`;
  const brandId = await world.newBrand({ crmLookupUrl: crm.url, ...settings });
  crm.say = () => rows;
  const result = await admin.customer.syncWithCrm({ brandId, channel: "email", address });
  if (result.id === null) return { result, address };
  return { result, address, item: (await admin.customer.find({ id: result.id })).item };
}

describe("one person", () => {
  test.each<[string, Row[]]>([
    [
      "equal rows",
      [
        { id: "K1", firstname: "Ada" },
        { id: "K1", firstname: "Ada" },
      ],
    ],
    [
      "a number and its text",
      [
        { id: 17, firstname: "Ada" },
        { id: "17", firstname: "Ada" },
      ],
    ],
    [
      "blanks around it",
      [
        { id: "K2", firstname: "Ada" },
        { id: " K2 ", firstname: "Ada" },
      ],
    ],
    ["another name of the field", [{ primary_id: "K3", firstname: "Ada" }, { id: "K3" }]],
    ["another spelling of its name", [{ primaryID: "K4", firstname: "Ada" }, { external_primary_id: "K4" }]],
    ["three rows", [{ id: "K5", firstname: "Ada" }, { id: "K5" }, { id: "K5" }]],
    ["a first row without the name", [{ id: "K6" }, { id: "K6", firstname: "Ada" }]],
    [
      "names that disagree: the first counts",
      [
        { id: "K7", firstname: "Ada" },
        { id: "K7", firstname: "Eve" },
      ],
    ],
    ["equal rows without an id", [{ firstname: "Ada" }, { firstname: "Ada" }]],
    ["fifty rows", Array.from({ length: 50 }, () => ({ id: "K8", firstname: "Ada" }))],
  ])("%s", async (_what, rows) => {
    const { result, item } = await sync(rows);
    expect(result).toMatchObject({ outcome: "created" });
    expect(item).toMatchObject({ firstname: "Ada" });
  });

  test("a row for each address and field gives all of them", async () => {
    const { item, address } = await sync([
      { id: "J1", firstname: "Ada", email: "one@join.example", custom_tier: "gold" },
      {
        id: "J1",
        lastname: "Lovelace",
        email: "two@join.example",
        custom_city: "London",
        custom_tier: "tin",
      },
      { id: "J1", telephone: "+493012345", channels: [{ type: "email", value: "one@join.example" }] },
    ]);
    expect(item).toMatchObject({
      external_primary_id: "J1",
      firstname: "Ada",
      lastname: "Lovelace",
      custom_tier: "gold",
      custom_city: "London",
    });
    expect(item?.channels.map((one) => one.address).toSorted()).toEqual(
      ["+493012345", "one@join.example", address, "two@join.example"].toSorted(),
    );
  });

  test("an id at a place that the brand names", async () => {
    const rows = [
      { id: "row 1", person: { no: "P1" }, firstname: "Ada" },
      { id: "row 2", person: { no: "P1" }, firstname: "Ada" },
    ];
    const { item } = await sync(rows, { crmFieldMap: { primary_id: "/person/no" } });
    expect(item).toMatchObject({ external_primary_id: "P1" });
  });
});

describe("several", () => {
  test.each<[string, Row[], number]>([
    ["different ids", [{ id: "D1" }, { id: "D2" }], 2],
    ["ids that differ in case", [{ id: "d1" }, { id: "D1" }], 2],
    ["an id and none", [{ id: "D3", firstname: "Ada" }, { firstname: "Ada" }], 2],
    ["different rows without an id", [{ firstname: "Ada" }, { firstname: "Eve" }], 2],
    ["two of whom one is told twice", [{ id: "D4" }, { id: "D5" }, { id: "D4" }], 2],
    [
      "a placeholder for no id",
      [
        { id: "null", firstname: "Ada" },
        { id: "null", firstname: "Eve" },
      ],
      2,
    ],
  ])("%s", async (_what, rows, count) => {
    await expect(sync(rows)).rejects.toMatchObject({ code: "crm_several_results", conflict: { count } });
  });
});

test("the trial shows one person for one id", async () => {
  const brandId = await world.newBrand({ crmLookupUrl: crm.url });
  crm.say = () => [{ id: "T1", firstname: "Ada" }, { id: "T1", lastname: "Lovelace" }, { id: "T2" }];
  const { item } = await admin.brand.crmTest({ id: brandId, channel: "email", address: "t@crm.example" });
  expect(item).toMatchObject({ results: 2, mapped: [{ firstname: "Ada", lastname: "Lovelace" }, {}] });
});
