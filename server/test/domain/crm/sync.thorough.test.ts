// Operation 15: the outcome of each response of a brand's CRM. The CRM is a server on the loopback address with the
// test's responses.
import { gzipSync } from "node:zlib";
import { isDossierError } from "@dossier/api";
import { expect, test } from "vitest";
import { failing, type CrmResponder, startCrm } from "../../support/servers/crm-server.ts";
import { startFixtureServer } from "../../support/requests.ts";

const crm = await startCrm();
const world = await startFixtureServer({ egressAllow: [crm.hostPort] });
const { admin } = world;

let count = 0;
const fresh = (word: string) => `${word}-${(count += 1)}`;
const mail = () => `${fresh("mail")}@example.org`;

/** A brand of its own whose CRM gives this response. */
async function brandWith(say: CrmResponder | unknown[], settings: Parameters<typeof world.newBrand>[0] = {}) {
  crm.say = Array.isArray(say) ? () => say : say;
  crm.requests.length = 0;
  crm.headers.length = 0;
  return world.newBrand({ crmLookupUrl: crm.url, ...settings });
}

const read = async (id: number | null) => (await admin.customer.find({ id: id ?? 0 })).item;
const totalOf = async (brandId: number) => (await admin.customer.list({ brandId })).itemTotal;

/** The error code of a call. */
async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (isDossierError(error)) return error.code;
    throw error;
  }
  return "none";
}

test("one result makes a customer with its fields and the address asked for, and a second call changes nothing", async () => {
  const address = mail();
  const brandId = await brandWith([
    {
      primary_id: "K-1",
      firstname: "Ada",
      lastname: "Lovelace",
      telephone: "+4930123456",
      channels: [{ type: "whatsapp", value: "+49151" }],
      custom_tier: "gold",
      custom_orders: 12,
      unknown: { deep: [] },
    },
  ]);
  const made = await admin.customer.syncWithCrm({ brandId, channel: "email", address });
  expect(made).toMatchObject({ message: "Customer synced.", outcome: "created", id: expect.any(Number) });
  expect(made.skipped).toBeUndefined();
  expect(await read(made.id)).toMatchObject({
    external_primary_id: "K-1",
    firstname: "Ada",
    lastname: "Lovelace",
    custom_tier: "gold",
    custom_orders: "12",
    channels: [
      { channel_name: "email", address },
      { channel_name: "telephone", address: "+4930123456" },
      { channel_name: "whatsapp", address: "+49151" },
    ],
  });
  expect(await admin.customer.syncWithCrm({ brandId, channel: "email", address })).toMatchObject({
    id: made.id,
    outcome: "unchanged",
  });
  expect(crm.requests).toHaveLength(2); // a new request each time
});

test("a customer whom an address or a primary id names is found, and waiting tickets of the address are linked", async () => {
  const address = mail();
  const brandId = await brandWith([{ external_primary_id: "K-2", firstname: "Ada" }]);
  await admin.brand.update({ id: brandId, crmLookupUrl: "" });
  const ticket = await admin.ticket.create({ brandId, channel: "email", from: address });
  await admin.brand.update({ id: brandId, crmLookupUrl: crm.url });
  const { id } = await admin.customer.create({ brandId, primaryId: "K-2" });
  expect(await admin.customer.syncWithCrm({ brandId, channel: "email", address })).toMatchObject({
    id,
    outcome: "updated",
  });
  expect((await admin.ticket.find({ id: ticket.id })).item.customer_id).toBe(id);
  expect(await admin.customer.syncWithCrm({ brandId, primaryId: "K-2" })).toMatchObject({ id });
  expect(crm.requests.at(-1)).toBe("/lookup?primaryID=K-2");
});

const nobody: [string, CrmResponder][] = [
  ["an empty list", () => []],
  ["404", failing(404)],
  ["204", (_query, response) => void response.writeHead(204).end()],
];
test.each(nobody)("%s says that nobody is known, and nothing is changed", async (_what, say) => {
  const brandId = await brandWith(say);
  const answer = await admin.customer.syncWithCrm({ brandId, address: "+4930" });
  expect(answer).toMatchObject({ id: null, outcome: "unknown" });
  expect(await totalOf(brandId)).toBe(0);
});

const json = (body: string | Buffer, headers: Record<string, string> = {}): CrmResponder => {
  return (_query, response) => void response.writeHead(200, headers).end(body);
};
const broken: [string, CrmResponder, string][] = [
  ["400", failing(400), "crm_failed"],
  ["500", failing(500), "crm_failed"],
  ["a redirect", (_query, response) => void response.writeHead(302, { location: "/" }).end(), "crm_failed"],
  ["a page", json("<html>"), "crm_failed"],
  ["an object", json("{}"), "crm_failed"],
  ["a list of texts", json('["Ada"]'), "crm_failed"],
  ["null", json("null"), "crm_failed"],
  ["nothing", json(""), "crm_failed"],
  ["no UTF-8", json(Buffer.from('[{"firstname":"\xff"}]', "latin1")), "crm_failed"],
  ["51 results", json(`[${"{},".repeat(50)}{}]`), "crm_failed"],
  ["something deep", json(`[{"a":${"[".repeat(40)}${"]".repeat(40)}}]`), "crm_failed"],
  ["a thousand levels", json("[".repeat(100_000)), "crm_failed"],
  ["300 KiB", json(" ".repeat(300 * 1024)), "crm_failed"],
  [
    "a megabyte packed into a kilobyte",
    json(gzipSync(Buffer.alloc(2 ** 20, 32)), { "content-encoding": "gzip" }),
    "crm_failed",
  ],
  [
    "a gigabyte that is promised and does not come",
    json("[", { "content-length": String(2 ** 30) }),
    "crm_failed",
  ],
  ["a connection that ends", (_query, response) => void response.destroy(), "crm_failed"],
  ["two results", () => [{ primary_id: "1" }, { primary_id: "2" }], "crm_several_results"],
];
test.each(broken)("%s is an error, and nothing is changed", async (_what, say, code) => {
  const brandId = await brandWith(say);
  expect(await codeOf(admin.customer.syncWithCrm({ brandId, address: "+4930" }))).toBe(code);
  expect(await totalOf(brandId)).toBe(0);
});

test("of an answer of a gigabyte no more is taken than an answer may have", async () => {
  let sent = 0;
  const piece = Buffer.alloc(2 ** 16, " ");
  const brandId = await brandWith((_query, response) => {
    const pour = () => {
      if (sent >= 2 ** 30 || response.destroyed) return void response.end();
      sent += piece.length;
      response.write(piece, pour);
    };
    pour();
    return undefined;
  });
  expect(await codeOf(admin.customer.syncWithCrm({ brandId, address: "+4930" }))).toBe("crm_failed");
  expect(sent).toBeLessThan(2 ** 26); // what the buffers of the connection hold
});

test("several are counted, a CRM that is not there is told from one that is none", async () => {
  const brandId = await brandWith(["1", "1", "2", "3"].map((primary_id) => ({ primary_id })));
  await expect(admin.customer.syncWithCrm({ brandId, address: "+4930" })).rejects.toMatchObject({
    code: "crm_several_results",
    conflict: { count: 3 },
  });
  expect(
    await codeOf(admin.customer.syncWithCrm({ brandId: await world.newBrand(), address: "+4930" })),
  ).toBe("crm_not_configured");
  expect(await codeOf(admin.customer.syncWithCrm({ brandId: 999_999, address: "+4930" }))).toBe("not_found");
});

test("another primary id than the one asked for is no answer", async () => {
  const brandId = await brandWith([{ primary_id: "K-9" }]);
  expect(await codeOf(admin.customer.syncWithCrm({ brandId, primaryId: "K-1" }))).toBe("crm_failed");
  expect(await totalOf(brandId)).toBe(0);
});

test("values that break a rule are left out and named without their content; the rest is stored", async () => {
  const brandId = await brandWith([
    {
      primary_id: "null",
      firstname: "<4da>",
      lastname: "Lovelace",
      email: "not an address",
      telephone: 49_301_234,
      channels: [{ type: "pigeon", value: "x" }, { value: "y" }, "z", { type: "sms", value: "+4930" }],
      custom_tier: { a: 1 },
      custom_big: 2 ** 60,
      custom_ok: true,
    },
  ]);
  const made = await admin.customer.syncWithCrm({ brandId, channel: "telephone", address: "+491" });
  expect(made.skipped?.map(({ field }) => field).sort()).toEqual([
    "channels.0",
    "channels.1",
    "custom_big",
    "custom_tier",
    "email",
    "firstname",
    "primary_id",
    "telephone",
  ]);
  expect(JSON.stringify(made)).not.toMatch(/4da|not an address|49301234/);
  expect(await read(made.id)).toMatchObject({
    external_primary_id: "",
    lastname: "Lovelace",
    custom_ok: "true",
    channels: [{ address: "+491" }, { channel_name: "sms", address: "+4930" }],
  });
});

test("__proto__ and constructor are names like others", async () => {
  const brandId = await brandWith(
    json(
      '[{"__proto__":{"firstname":"Eve"},"constructor":{"name":"x"},"custom___proto__":"p","lastname":"L"}]',
    ),
  );
  const { id } = await admin.customer.syncWithCrm({ brandId, address: "+4930" });
  const item = await read(id);
  expect(item).toMatchObject({ firstname: "", lastname: "L" });
  expect(Object.entries(item)).toContainEqual(["custom___proto__", "p"]);
  expect(({} as Record<string, unknown>).firstname).toBeUndefined();
});

test("the brand's map counts before our names, by pointers, and not where it leads to nothing", async () => {
  const brandId = await brandWith(
    [
      {
        "a/b": { "c~d": ["K-7"] },
        person: { first: "Ada" },
        firstname: "Eve",
        lastname: "Lovelace",
        tel: "+4930",
        level: "gold",
      },
    ],
    {
      crmFieldMap: {
        primary_id: "/a~1b/c~0d/0",
        firstname: "/person/first",
        lastname: "/person/last",
        telephone: "/tel",
        custom_tier: "/level",
      },
    },
  );
  const { id } = await admin.customer.syncWithCrm({ brandId, channel: "email", address: mail() });
  expect(await read(id)).toMatchObject({
    external_primary_id: "K-7",
    firstname: "Ada",
    lastname: "Lovelace",
    custom_tier: "gold",
  });
});

test("a field that the brand has not defined or that does not fit its type is left out", async () => {
  const brandId = await brandWith([{ custom_size: "large", custom_colour: "red", lastname: "L" }], {
    customFields: "defined",
  });
  await admin.customfield.create({ brandId, name: "size", type: "number" });
  const made = await admin.customer.syncWithCrm({ brandId, address: "+4930" });
  expect(made.skipped?.map(({ field }) => field).sort()).toEqual(["custom_colour", "custom_size"]);
  expect(await read(made.id)).toMatchObject({ lastname: "L" });
});

test("empty clears nothing", async () => {
  const brandId = await brandWith([{ primary_id: "K", firstname: "Ada", custom_tier: "gold" }]);
  const { id } = await admin.customer.syncWithCrm({ brandId, address: "+4930" });
  crm.say = () => [{ primary_id: "K", firstname: " ", lastname: null, custom_tier: "" }];
  expect(await admin.customer.syncWithCrm({ brandId, address: "+4930" })).toMatchObject({
    outcome: "unchanged",
  });
  expect(await read(id)).toMatchObject({ firstname: "Ada", custom_tier: "gold" });
});

test("a conflict changes nothing and is told as operation 3 tells it", async () => {
  const address = mail();
  const brandId = await brandWith([{ primary_id: "K-1", firstname: "Eve" }]);
  const { id } = await admin.customer.create({
    brandId,
    primaryId: "K-2",
    channels: [{ type: "email", address }],
  });
  await expect(admin.customer.syncWithCrm({ brandId, channel: "email", address })).rejects.toMatchObject({
    code: "channel_taken",
    conflict: { customerId: id },
  });
  expect(await totalOf(brandId)).toBe(1);
});

test("16 simultaneous calls make one customer, and ask no more often than that", async () => {
  const brandId = await brandWith([{ primary_id: "K-1", firstname: "Ada" }]);
  const many = Array.from({ length: 16 }, () =>
    admin.customer.syncWithCrm({ brandId, channel: "email", address: "ada@example.org" }),
  );
  const answers = await Promise.all(many);
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  expect(answers.filter(({ outcome }) => outcome === "created")).toHaveLength(1);
  expect(await totalOf(brandId)).toBe(1);
  expect(crm.requests.length).toBeLessThanOrEqual(16);
});

test("identical requests under way are one", async () => {
  let answer: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => (answer = resolve));
  const brandId = await brandWith(() => asked.then(() => [{ primary_id: "K" }]));
  const call = () => admin.customer.syncWithCrm({ brandId, address: "+4930" });
  const first = call();
  await expect.poll(() => crm.requests.length).toBe(1);
  const others = [call(), call(), call()];
  const other = admin.customer.syncWithCrm({ brandId, address: "+4931" }).catch(() => undefined);
  await expect.poll(() => crm.requests.length).toBe(2); // the three came before it
  answer();
  const ids = (await Promise.all([first, ...others])).map(({ id }) => id);
  await other;
  expect(new Set(ids).size).toBe(1);
  expect(crm.requests).toHaveLength(2);
});

test("an Idempotency-Key repeats the first answer, also when the CRM is away by then", async () => {
  const brandId = await brandWith([{ primary_id: "K-1" }]);
  const options = { idempotencyKey: fresh("token") };
  const first = await admin.customer.syncWithCrm({ brandId, address: "+4930" }, options);
  crm.say = failing(500);
  expect(await admin.customer.syncWithCrm({ brandId, address: "+4930" }, options)).toEqual(first);
  expect(await codeOf(admin.customer.syncWithCrm({ brandId, address: "+4931" }, options))).toBe(
    "idempotency_conflict",
  );
  expect(crm.requests).toHaveLength(1);
});

test("a value sent stays one component of the query, whatever it holds", async () => {
  const brandId = await brandWith([], { crmLookupUrl: `${crm.url}?tenant=a%20b&` });
  const odd = ["/../a", "?a=b&c", "#x", "a@evil.example", "x\u00e9 \u{1f600}", "%00", "a+b", "..;/a"];
  for (const primaryId of odd) {
    await admin.customer.syncWithCrm({ brandId, primaryId });
    const target = new URL(crm.requests.at(-1) ?? "", "http://crm");
    expect(target.pathname).toBe("/lookup");
    expect([...target.searchParams]).toEqual([
      ["tenant", "a b"],
      ["primaryID", primaryId],
    ]);
    expect(crm.requests.at(-1)).toMatch(/^\/lookup\?tenant=a%20b&primaryID=[^&#?/]*$/);
  }
});

const invalid: [string, Record<string, string>, number, string?][] = [
  ["CR LF", { primaryID: "a\r\nX: y" }, 400, "primaryID"],
  ["NUL", { primaryID: "a\0" }, 400, "primaryID"],
  ["a placeholder", { primaryID: "null" }, 400, "primaryID"],
  ["no number", { address: "030 123" }, 400, "address"],
  ["64 KiB of a number", { address: `+${"1".repeat(60_000)}` }, 400, "address"],
  ["1 MB of a number", { address: `+${"1".repeat(1_000_000)}` }, 400, "address"],
  ["an address as a number", { address: "ada@example.org" }, 400, "address"],
  ["another channel", { channel: "facebook", address: "ada" }, 400, "channel"],
  ["both", { address: "+4930", primaryID: "K" }, 400, "address"],
  ["neither", {}, 400, "address"],
];
test.each(invalid)("%s is refused before the CRM is asked", async (_what, fields, status, field) => {
  const brandId = await brandWith([]);
  const form = { brandID: String(brandId), ...fields };
  const answer = await world.raw("POST", "/customer/syncWithCRM", { form });
  expect(answer.status).toBe(status);
  expect(answer.body.errors?.map((one) => one.field)).toEqual([field]);
  expect(crm.requests).toEqual([]);
});

test("the permission is that of changing customers, and a brand out of sight is none", async () => {
  const brandId = await brandWith([{ primary_id: "K" }]);
  const reader = await world.clientFor(["CUSTOMER_READ"]);
  expect(await codeOf(reader.customer.syncWithCrm({ brandId, address: "+4930" }))).toBe("permission_missing");
  const elsewhere = await world.clientFor(["CUSTOMER_CUD"], [await world.newBrand()]);
  expect(await codeOf(elsewhere.customer.syncWithCrm({ brandId, address: "+4930" }))).toBe("not_found");
  expect(crm.requests).toEqual([]);
});
