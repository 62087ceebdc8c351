// ETag and If-Match, and the precedence of several faults of one request.
import { expect, test } from "vitest";
import {
  encodeFields,
  calls,
  encodings,
  uniqueName,
  makeCustomer,
  sendValid,
  rowOf,
  type Fixture,
  table,
  startFixtureServer,
} from "../support/requests.ts";
import type { RawRequest } from "../support/test-server.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const brand_id = String(scene.brandId);
const versionOf = async (id: number) => (await world.admin.customer.find({ id })).item.version;

/** A change of a customer by each operation that honours If-Match, which always changes something. */
const changes: Record<
  string,
  (made: Awaited<ReturnType<typeof makeCustomer>>) => { path: string; fields: Record<string, string> }
> = {
  "customer.updateAny": ({ id }) => ({
    path: "/customer",
    fields: {
      customerID: String(id),
      firstname: uniqueName().replace(/[^A-Z]/g, ""),
      custom_n: uniqueName(),
    },
  }),
  "customer.update": ({ id }) => ({ path: `/customer/${id}`, fields: { custom_n: uniqueName() } }),
  "customer.addChannels": ({ id }) => ({
    path: "/customer/addChannelOnly",
    fields: { customer_id: String(id), extra_email: `${uniqueName("v")}@example.org` },
  }),
  "customer.updateByPrimaryId": ({ primaryId }) => ({
    path: "/customer/updateCustomer",
    fields: { externalPrimaryID: primaryId, brandID: brand_id, custom_n: uniqueName() },
  }),
  "customer.removeChannel": ({ channelId }) => ({ path: `/customer/channel/${channelId}`, fields: {} }),
};

/** Operations that end the customer. */
const endings: typeof changes = {
  "customer.delete": ({ id }) => ({ path: `/customer/${id}`, fields: {} }),
  "customer.purge": ({ id }) => ({ path: `/customer/purgeData/${id}`, fields: {} }),
  "customer.purgeAny": ({ primaryId }) => ({
    path: "/customer/purgeData",
    fields: { primaryID: primaryId, brandID: brand_id },
  }),
};

const having = (flag: "etag" | "ifMatch") =>
  table
    .filter(({ row }) => row[flag])
    .map(({ name }) => name)
    .sort();

test("ETag and If-Match stand where the contract has them", () => {
  expect(having("etag")).toEqual(
    ["addChannels", "create", "find", "resolve", "update", "updateAny", "updateByPrimaryId"].map(
      (one) => `customer.${one}`,
    ),
  );
  expect(having("ifMatch")).toEqual([...Object.keys(changes), ...Object.keys(endings)].sort());
});

test("the ETag is the version, which rises with every change and with nothing else", async () => {
  const made = await makeCustomer(scene);
  expect(await versionOf(made.id)).toBe(1);
  for (const [at, name] of Object.keys(changes).entries()) {
    const answer = await sendValid(scene, name, { call: changes[name]!(made) });
    expect([name, answer.status]).toEqual([name, 200]);
    if (rowOf(name).etag) expect(answer.headers.get("etag")).toBe(`"${at + 2}"`);
    expect(await versionOf(made.id)).toBe(at + 2);
  }
  const same = await world.raw("PUT", `/customer/${made.id}`, { form: { lastname: "" } });
  expect([same.body.outcome, same.headers.get("etag")]).toEqual(["unchanged", '"6"']);
  const found = await world.raw("POST", "/customer", { form: { brand_id, primary_id: made.primaryId } });
  expect([found.body.outcome, found.headers.get("etag")]).toEqual(["unchanged", '"6"']);
  const head = await world.raw("HEAD", `/customer/${made.id}`);
  expect(head.headers.get("etag")).toBe('"6"');
  const refused = await world.raw("PUT", `/customer/${made.id}`, { form: { lastname: "<" } });
  expect(refused.headers.get("etag")).toBeNull();
});

test("an ETag that a proxy or a client altered is that of its version, and of no other", async () => {
  const { id } = await makeCustomer(scene);
  const altered = (version: number) => [
    `W/"${version}"`,
    `w/"${version}"`,
    `"${version}-gzip"`,
    `W/"${version}-gzip"`,
    `"${version}"-gzip`,
    `"${version};gzip"`,
    `"${version}--gzip"`,
    `"${version}-br"`,
    `"${version}:dtagent"`,
    `${version}-gzip`,
    `W/${version}`,
    `"${version}`,
    `'${version}'`,
    `\\"${version}\\"`,
    `%22${version}%22`,
    `&quot;${version}&quot;`,
    `"${version}", "${version}-gzip"`,
  ];
  const change = (tag: string) =>
    world.raw("PUT", `/customer/${id}`, { form: { custom_n: uniqueName() }, headers: { "if-match": tag } });
  for (const tag of altered(2)) expect([tag, (await change(tag)).status]).toEqual([tag, 412]);
  for (let version = 1; version <= altered(1).length; version += 1) {
    const tag = altered(version)[version - 1]!;
    expect([tag, (await change(tag)).status]).toEqual([tag, 200]);
  }
});

test.each(Object.keys(changes))("%s acts on the version named, and on no other", async (name) => {
  const made = await makeCustomer(scene);
  for (const stale of ['"2"', '"0"', '"999999999999999999"', '"abc"', 'W/"2"', '"W/1"', '""']) {
    const answer = await sendValid(scene, name, {
      call: changes[name]!(made),
      headers: { "if-match": stale },
    });
    expect([stale, answer.status, answer.body.code]).toEqual([stale, 412, "stale_version"]);
  }
  for (const unreadable of ["abc", '"1", "2"', "-1", '"1" "2"', "1gzip", ""]) {
    const answer = await sendValid(scene, name, {
      call: changes[name]!(made),
      headers: { "if-match": unreadable },
    });
    expect([unreadable, answer.status, answer.body.errors?.[0]?.field]).toEqual([
      unreadable,
      400,
      "If-Match",
    ]);
  }
  expect(await versionOf(made.id)).toBe(1);
  expect(
    (await sendValid(scene, name, { call: changes[name]!(made), headers: { "if-match": '"1"' } })).status,
  ).toBe(200);
  expect(await versionOf(made.id)).toBe(2);
  for (const [at, current] of ["*", '"3"', 'W/"4"', "5"].entries()) {
    if (name === "customer.removeChannel") break;
    expect([
      current,
      (await sendValid(scene, name, { call: changes[name]!(made), headers: { "if-match": current } })).status,
    ]).toEqual([current, 200]);
    expect(await versionOf(made.id)).toBe(at + 3);
  }
});

test.each(Object.keys(endings))("%s ends the version named, and no other", async (name) => {
  const made = await makeCustomer(scene);
  const stale = await sendValid(scene, name, { call: endings[name]!(made), headers: { "if-match": '"2"' } });
  expect([stale.status, stale.body.code, await versionOf(made.id)]).toEqual([412, "stale_version", 1]);
  const right = await sendValid(scene, name, { call: endings[name]!(made), headers: { "if-match": '"1"' } });
  expect([right.status, (await world.raw("GET", `/customer/${made.id}`)).status]).toEqual([200, 404]);
});

test("of two simultaneous changes of one version exactly one wins", async () => {
  for (let round = 0; round < 20; round += 1) {
    const { id } = await makeCustomer(scene);
    const answers = await Promise.all(
      ["a", "b", "c"].map((word) =>
        world.raw("PUT", `/customer/${id}`, { form: { custom_word: word }, headers: { "if-match": '"1"' } }),
      ),
    );
    expect(answers.map((one) => one.status).sort((a, b) => a - b)).toEqual([200, 412, 412]);
    const { item } = await world.admin.customer.find({ id });
    expect([item.version, item.custom_word]).toEqual([
      2,
      ["a", "b", "c"][answers.findIndex((one) => one.status === 200)],
    ]);
  }
});

test("endpoints that do not honour If-Match ignore it", async () => {
  for (const name of [
    "customer.find",
    "customer.create",
    "customer.resolve",
    "brand.update",
    "customer.listByPrimaryId",
  ])
    expect([name, (await sendValid(scene, name, { headers: { "if-match": '"77"' } })).status]).toEqual([
      name,
      200,
    ]);
});

test("faults count in the order of the contract: each step mends one, and the next one shows", async () => {
  const strict = await world.newBrand({ customFields: "defined" });
  const held = await world.admin.customer.create({
    brandId: strict,
    channels: [{ type: 1, address: "held@example.org" }],
  });
  const own = await world.admin.customer.create({ brandId: strict, primaryId: uniqueName() });
  const key = await world.keyFor(["CUSTOMER_READ"], [strict]);
  const writing = await world.keyFor(["CUSTOMER_CUD"], [strict]);
  const all = { firstname: "<", custom_unknown: "x", extra_email: "held@example.org" };
  const { firstname: _f, ...unknown } = all;
  const stale = { "if-match": '"9"' };
  const right = `/customer/${own.id}`;
  const steps: [string, string, RawRequest, number, string][] = [
    ["PATCH", "/nothing", { key: null }, 404, "unknown_endpoint"],
    ["PATCH", right, { key: null, form: all }, 405, "method_not_allowed"],
    ["PUT", right, { key: null, form: all }, 401, "missing_key"],
    ["PUT", right, { key: "garbage", form: all }, 401, "invalid_key"],
    [
      "PUT",
      right,
      { key, raw: { type: "text/plain", body: "x".repeat(2 ** 20 + 1) } },
      403,
      "permission_missing",
    ],
    [
      "PUT",
      right,
      { key: writing, raw: { type: "text/plain", body: "x".repeat(2 ** 20 + 1) } },
      413,
      "too_large",
    ],
    ["PUT", right, { key: writing, raw: { type: "text/plain", body: "{" } }, 415, "unsupported_media_type"],
    ["PUT", right, { key: writing, raw: { type: "application/json", body: "{" } }, 400, "invalid_request"],
    ["PUT", `${right}0000`, { key: writing, form: all, headers: stale }, 400, "invalid_field"],
    ["PUT", "/customer/abc", { key: writing, form: all, headers: stale }, 400, "invalid_field"],
    ["PUT", "/customer/abc", { key: writing, form: unknown, headers: { "if-match": "x" } }, 404, "not_found"],
    [
      "PUT",
      `${right}0000`,
      { key: writing, form: unknown, headers: { "if-match": "x" } },
      400,
      "invalid_field",
    ],
    ["PUT", `${right}0000`, { key: writing, form: unknown, headers: stale }, 404, "not_found"],
    ["PUT", right, { key: writing, form: unknown, headers: stale }, 400, "unknown_custom_field"],
    [
      "PUT",
      right,
      { key: writing, form: { extra_email: "held@example.org" }, headers: stale },
      412,
      "stale_version",
    ],
    ["PUT", right, { key: writing, form: { extra_email: "held@example.org" } }, 409, "channel_taken"],
    ["PUT", right, { key: writing, form: { extra_email: "free@example.org" } }, 200, ""],
  ];
  for (const [method, path, ask, status, code] of steps) {
    const answer = await world.raw(method, path, ask);
    expect([method, path, answer.status, answer.body.code ?? ""]).toEqual([method, path, status, code]);
  }
  expect(held.outcome).toBe("created");
});

test("a conflict names the owner by its id and by nothing else", async () => {
  const owner = await makeCustomer(scene);
  for (const encoding of encodings) {
    const fields = {
      brandID: brand_id,
      primaryID: uniqueName(),
      firstname: "Eve",
      customerChannelType_0: "e-mail",
      customerChannelValue_0: owner.email.toUpperCase(),
      extra_email: owner.email,
    };
    const answer = await world.raw(
      "POST",
      "/customer/createCustomerCRUD",
      encodeFields(rowOf("customer.create"), fields, encoding),
    );
    expect(answer.body).toMatchObject({ code: "channel_taken", conflict: { customer_id: owner.id } });
    expect(answer.text).not.toMatch(new RegExp(`${owner.primaryId}|Ada|@`));
  }
  const { fields } = await calls["customer.create"]!(scene);
  const taken = await world.raw("POST", "/customer/createCustomerCRUD", {
    form: { ...fields, primaryID: owner.primaryId },
  });
  expect(taken.body).toMatchObject({
    status: "error",
    code: "primary_id_taken",
    conflict: { customer_id: owner.id },
  });
  expect(taken.text).not.toContain(owner.primaryId);
});

test("the client carries versions and retries, and throws what the server said", async () => {
  const { customer } = world.admin;
  const idempotencyKey = uniqueName("token");
  const input = {
    brandId: scene.brandId,
    primaryId: uniqueName(),
    custom: { tier: "gold" },
    channels: [{ type: "email", address: `${uniqueName("sdk")}@example.org` }],
  };
  const [first, again] = [
    await customer.create(input, { idempotencyKey }),
    await customer.create(input, { idempotencyKey }),
  ];
  expect(again).toEqual(first);
  await expect(customer.create({ ...input, firstname: "Eve" }, { idempotencyKey })).rejects.toMatchObject({
    code: "idempotency_conflict",
    status: 409,
  });
  await expect(customer.update({ id: first.id, firstname: "Eve" }, { ifMatch: 2 })).rejects.toMatchObject({
    name: "DossierError",
    code: "stale_version",
    status: 412,
  });
  expect((await customer.update({ id: first.id, firstname: "Eve" }, { ifMatch: 1 })).outcome).toBe("updated");
  await expect(customer.create(input)).rejects.toMatchObject({
    code: "primary_id_taken",
    conflict: { customerId: first.id },
  });
  await expect(customer.find({ id: 888_888_888 })).rejects.toMatchObject({
    code: "not_found",
    requestId: expect.any(String),
  });
  await expect(customer.update({ id: first.id, firstname: "<", lastname: ">" })).rejects.toMatchObject({
    code: "invalid_field",
    errors: [{ field: "firstname" }, { field: "lastname" }],
  });
  expect((await customer.find({ id: first.id })).item).toMatchObject({
    firstname: "Eve",
    custom_tier: "gold",
    version: 2,
  });
});
