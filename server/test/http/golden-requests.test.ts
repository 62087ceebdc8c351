// Golden requests: every operation of the Customer controller as documented, in the printed spelling, method and
// encoding, with values for the blanks; the numbers are the contract's. Requests that the documentation does not print
// follow the contract. They never change.
import { expect, test } from "vitest";
import { startCrm } from "../support/servers/crm-server.ts";
import { startFixtureServer } from "../support/requests.ts";
import type { RawRequest } from "../support/test-server.ts";

const crm = await startCrm(() => [{ primary_id: "G-15", firstname: "Ada" }]);
const world = await startFixtureServer({ egressAllow: [crm.hostPort] });

const ids = await prepare();
const who = `brandID=${ids.brand}&firstname=Ada`;
const five = "custom_testfield=text&customerChannelType_0=1&customerChannelValue_0";

/** Printed in the documentation. */
const printed: [number, string, string, "multipart" | "form" | "", string, string?][] = [
  [1, "GET", "/customer", "", ""],
  [
    3,
    "POST",
    "/customer",
    "multipart",
    `channel_id=email&customer_link_channel=golden@example.org&search_customer_channel_value=golden@example.org&brand_id=${ids.brand}&primary_id=G-3&noSync=true&firstname=&lastname=&extra_email=second@example.org&extra_telephone=%2B4930123456&custom_testfield=text`,
    "User created and channel linked.",
  ],
  [
    4,
    "PUT",
    "/customer",
    "form",
    `primaryID=G-0&brandID=${ids.brand}&customerID=${ids.customer}&firstname=Ada&lastname=Lovelace&custom_testfield=text`,
    "Customer updated.",
  ],
  [
    5,
    "PUT",
    `/customer/${ids.customer}`,
    "form",
    `${who}&lastname=King&${five}=five@example.org`,
    "Customer updated.",
  ],
  [7, "POST", "/customer/SearchByPrimaryExternalID", "multipart", `primary_id=G-0&brand_id=${ids.brand}`],
  [
    8,
    "POST",
    "/customer/SearchByCustomerChannelValue",
    "multipart",
    `customerChannelValue=g0@example.org&brand_id=${ids.brand}`,
  ],
  [
    9,
    "POST",
    "/customer/addChannelOnly",
    "multipart",
    `customer_id=${ids.customer}&primary_id=G-0&brand_id=${ids.brand}&extra_email=nine@example.org&extra_telephone=%2B49301&extra_twitter=ada_l&extra_facebook=1`,
    "Channel added.",
  ],
  [
    10,
    "PUT",
    "/customer/updateCustomer",
    "form",
    `externalPrimaryID=G-0&${who}&lastname=Byron&${five}=ten@example.org`,
    "Customer updated.",
  ],
  [13, "GET", `/customer/timelineByCustomerExternalID?brand_id=${ids.brand}&external_id=G-0`, "", ""],
  [
    14,
    "POST",
    "/customer/externalEvent",
    "multipart",
    `customer_id=${ids.customer}&external_id=G-0&brand_id=${ids.brand}&initiated_by=shop&message=Order+7+was+paid&source_url=https://shop.example.org/7`,
    "Event created.",
  ],
  [
    15,
    "POST",
    "/customer/syncWithCRM",
    "multipart",
    `brandID=${ids.brand}&channel=phoneNumber&address=%2B493098765`,
    "Customer synced.",
  ],
  [
    16,
    "POST",
    "/customer/createCustomerCRUD",
    "multipart",
    `primaryID=G-16&${who}&lastname=Lovelace&${five}=sixteen@example.org`,
    "Customer created.",
  ],
];

async function prepare() {
  const brandId = await world.newBrand({ crmLookupUrl: crm.url });
  const { customer } = world.admin;
  const channels = ["g0", "g1", "g2"].map((name) => ({ type: "email", address: `${name}@example.org` }));
  const { id } = await customer.create({ brandId, primaryId: "G-0", channels });
  const { item } = await customer.find({ id });
  const others = [];
  for (const firstname of ["Ada", "Grace"]) others.push((await customer.create({ brandId, firstname })).id);
  await customer.create({ brandId, primaryId: "G-2" });
  const rows = item.channels.slice(1).map((one) => one.id);
  return { brand: String(brandId), customer: String(id), channels: rows, others };
}

test.each(printed)(
  "the printed request of operation %i is answered as documented",
  async (_n, method, path, type, text, message) => {
    const ask: RawRequest = {
      headers: { accept: "*/*" },
      ...(type ? { [type]: [...new URLSearchParams(text)] } : {}),
    };
    const answer = await world.raw(method, path, ask);
    expect(answer.status).toBe(200);
    if (message) return void expect(answer.body).toMatchObject({ message, type: "result" });
    expect(answer.body).toMatchObject({ itemStart: 0, itemLimit: 15, items: expect.any(Array) });
    if (type)
      expect(answer.body).toMatchObject({
        itemTotal: 1,
        items: [{ id: Number(ids.customer), external_primary_id: "G-0" }],
      });
  },
);

/** Not printed, in an order in which each finds its subject. */
const unprinted: [number, string, string, Record<string, unknown>][] = [
  [2, "GET", `/customer/${ids.customer}`, { type: "item", item: { id: Number(ids.customer) } }],
  [11, "DELETE", `/customer/channel/${ids.channels[0]}`, { message: "Channel deleted.", type: "result" }],
  [11, "DELETE", `/customer/itemChannel/${ids.channels[1]}`, { message: "Channel deleted.", type: "result" }],
  [6, "DELETE", `/customer/${ids.customer}`, { message: "Customer deleted.", type: "result" }],
  [12, "DELETE", `/customer/purgeData/${ids.customer}`, { message: "Customer data purged.", type: "result" }],
  [12, "DELETE", `/customer/itemPurgeData/${ids.others[0]}`, { message: "Customer data purged." }],
  [12, "DELETE", `/customer/purgeData?customerID=${ids.others[1]}`, { message: "Customer data purged." }],
  [
    12,
    "DELETE",
    `/customer/purgeData?primaryID=G-2&brandID=${ids.brand}`,
    { message: "Customer data purged." },
  ],
];

test.each(unprinted)(
  "the unprinted request of operation %i is answered (%s %s)",
  async (_n, method, path, answer) => {
    const { status, body } = await world.raw(method, path, { headers: { accept: "*/*" } });
    expect([status, body]).toMatchObject([200, answer]);
  },
);

test("all sixteen operations are here", () => {
  const numbers = new Set([...printed, ...unprinted].map(([n]) => n));
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, at) => at + 1));
});
