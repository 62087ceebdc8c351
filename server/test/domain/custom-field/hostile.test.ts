// Hostile custom values: slow for naive parsers, in each way they enter: a request, a change of the field's type over
// stored values, a brand's CRM, and its preview. The server runs in this process, whose CPU time is compared.
import { expect, test } from "vitest";
import { cpuOf } from "../../support/cpu-time.ts";
import { startCrm } from "../../support/servers/crm-server.ts";
import { startFixtureServer } from "../../support/requests.ts";

const crm = await startCrm();
const world = await startFixtureServer({ egressAllow: [crm.hostPort] });
const { customer, customfield, brand } = world.admin;

/** Digits with an invalid end. A quadratic pattern takes seconds for each of them. */
const hostile = `${"1".repeat(30_000)}x`;
/** The CPU limit of a call with a body of such texts, from end to end. */
const bar = 400;
const names = ["one", "two", "three", "four"] as const;
const values = Object.fromEntries(names.map((name) => [`custom_${name}`, hostile]));

async function brandOfNumbers(settings: Parameters<typeof world.newBrand>[0] = {}): Promise<number> {
  const brandId = await world.newBrand(settings);
  for (const name of names) await customfield.create({ brandId, name, type: "number" });
  return brandId;
}

test("a request with long texts for numbers is refused within milliseconds", async () => {
  const { id } = await customer.create({ brandId: await brandOfNumbers(), primaryId: "K-1" });
  const cost = await cpuOf(async () => {
    const { status, body } = await world.raw("PUT", `/customer/${id}`, { json: values });
    expect([status, body.errors?.map(({ field }) => field)]).toEqual([400, Object.keys(values)]);
  }, bar);
  expect(cost).toBeLessThan(bar);
});

test("a text field of long texts becomes a number field within milliseconds, and says what is lost", async () => {
  const brandId = await world.newBrand();
  const { id } = await customfield.create({ brandId, name: "thing", type: "text" });
  for (const at of names.keys())
    await customer.create({ brandId, primaryId: `K-${at}`, custom: { thing: `${hostile}${at}` } });
  const cost = await cpuOf(async () => {
    await expect(customfield.update({ id, type: "number" })).rejects.toMatchObject({
      errors: [{ field: "force", message: expect.stringContaining("4 values") }],
    });
  }, bar);
  expect(cost).toBeLessThan(bar);
});

test("a CRM's long texts for numbers are left out within milliseconds, by a lookup and by a trial", async () => {
  crm.say = () => [{ primary_id: "K-1", firstname: "Ada", ...values }];
  const brandId = await brandOfNumbers({ crmLookupUrl: crm.url });
  const skipped = Object.keys(values).map((field) => ({ field, message: expect.stringContaining("number") }));
  const channel = { channel: "email", address: "ada@example.org" };
  const lookup = await cpuOf(async () => {
    expect((await customer.syncWithCrm({ brandId, ...channel })).skipped).toEqual(skipped);
  }, bar);
  expect(lookup).toBeLessThan(bar);
  const trial = await cpuOf(async () => {
    expect((await brand.crmTest({ id: brandId, ...channel })).item.mapped).toMatchObject([{ skipped }]);
  }, bar);
  expect(trial).toBeLessThan(bar);
});
