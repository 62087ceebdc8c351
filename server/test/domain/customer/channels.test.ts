// Addresses of customers: adding them (operation 9, and every other way), removing them (11), the rule of each type,
// and that an address belongs to at most one customer of a brand.
import { expect, test } from "vitest";
import { readable } from "../../support/customer-response.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin, newBrand } = world;
const raw = readable(world.raw);
const { customer } = admin;

const mail = (address: string) => ({ type: "email", address });

async function channelsOf(id: number) {
  return (await customer.find({ id })).item.channels;
}

async function makeAda(settings: Parameters<typeof newBrand>[0] = {}) {
  const brandId = await newBrand(settings);
  const primaryId = `Ada of ${brandId}`;
  const { id } = await customer.create({ brandId, primaryId, channels: [mail("ada@example.org")] });
  return { brandId, id, primaryId };
}

test("operation 9 adds every address and answers their rows in the order sent", async () => {
  const { id } = await makeAda();
  const json = {
    customer_id: id,
    customerChannelType_9: "livechat",
    customerChannelValue_9: "visitor 7",
    extra_twitter: "@Ada_L",
    customerChannelType_2: "5",
    customerChannelValue_2: "+4930",
    extra_facebook: 4711,
    extra_telephone: "+4930",
  };
  const { body, headers } = await raw("POST", "/customer/addChannelOnly", { json });
  expect(body).toEqual({
    type: "result",
    id,
    message: "Channel added.",
    outcome: "updated",
    channel_ids: expect.any(Array),
  });
  expect(headers.get("etag")).toBe('"2"');
  const rows = new Map((await channelsOf(id)).map((row) => [row.id, `${row.channel_name} ${row.address}`]));
  expect(body.channel_ids.map((row: number) => rows.get(row))).toEqual([
    "whatsapp +4930",
    "twitter @Ada_L",
    "livechat visitor 7",
    "facebook 4711",
    "telephone +4930",
  ]);
});

test("operation 9 is unchanged when all is held already, in any spelling, and still answers the rows", async () => {
  const { id, brandId, primaryId } = await makeAda();
  const first = await customer.addChannels({
    customerId: id,
    channels: [{ type: "twitter", address: "Ada" }, mail("b@example.org")],
  });
  const again = { channels: [mail("B@EXAMPLE.org"), { type: "twitter", address: "@aDA" }] };
  for (const who of [
    { customerId: id },
    { primaryId },
    { primaryId, brandId },
    { customerId: id, primaryId, brandId },
  ])
    expect(await customer.addChannels({ ...who, ...again })).toMatchObject({
      id,
      outcome: "unchanged",
      channel_ids: first.channel_ids.toReversed(),
    });
  expect((await customer.find({ id })).item.version).toBe(2);
  expect((await channelsOf(id)).map((row) => row.address)).toEqual([
    "ada@example.org",
    "Ada",
    "b@example.org",
  ]);
});

test("operation 9 is all or none; a brand that skips writes the rest and lists what it left out", async () => {
  for (const takenAddress of ["refuse", "skip"] as const) {
    const { id, brandId } = await makeAda({ takenAddress });
    const bob = await customer.create({ brandId, firstname: "Bob", channels: [mail("bob@example.org")] });
    const call = customer.addChannels({
      customerId: bob.id,
      channels: [mail("new@example.org"), mail("ada@example.org"), mail("bob@example.org")],
    });
    if (takenAddress === "refuse") {
      await expect(call).rejects.toMatchObject({
        code: "channel_taken",
        conflict: { customerId: id },
        errors: [{ field: "customerChannelValue_1" }],
      });
      expect(await channelsOf(bob.id)).toHaveLength(1);
    } else {
      const skipped = [{ field: "customerChannelValue_1", address: "ada@example.org", customer_id: id }];
      const answer = await call;
      expect(answer).toMatchObject({ outcome: "updated", skipped_channels: skipped });
      const rows = await channelsOf(bob.id);
      expect(answer.channel_ids).toEqual([rows[1]?.id, rows[0]?.id]);
      const none = await customer.addChannels({ customerId: bob.id, channels: [mail("ada@example.org")] });
      expect(none).toMatchObject({
        outcome: "unchanged",
        channel_ids: [],
        skipped_channels: [{ ...skipped[0], field: "customerChannelValue_0" }],
      });
    }
  }
});

test("the same address twice in one call counts once, on every road", async () => {
  const { brandId, id } = await makeAda();
  const pairs = {
    extra_email: "x@example.org",
    customerChannelType_0: "e-mail",
    customerChannelValue_0: "X@example.org",
    customerChannelType_1: "1",
    customerChannelValue_1: "x@EXAMPLE.org",
  };
  const added = await raw("POST", "/customer/addChannelOnly", {
    form: { customer_id: String(id), ...pairs },
  });
  expect(added.body).toMatchObject({ outcome: "updated", channel_ids: [expect.any(Number)] });
  const other = Object.fromEntries(
    Object.entries(pairs).map(([name, value]) => [name, value.replace(/x@/i, "y@")]),
  );
  const made = await raw("POST", "/customer", {
    form: { brand_id: String(brandId), primary_id: "K", customer_link_channel: "y@example.org", ...other },
  });
  expect(await channelsOf(made.body.id)).toMatchObject([{ address: "y@example.org" }]);
});

const accepted: [type: string, kept: string, same: string[]][] = [
  [
    "email",
    "Ada.Lovelace+tag@Example.ORG",
    ["ada.lovelace+TAG@example.org", " ada.lovelace+tag@example.org "],
  ],
  [
    "email",
    "post@bücher.example",
    ["POST@BÜCHER.example", "post@xn--bcher-kva.example", "post@bu\u0308cher.example"],
  ],
  ["telephone", "+4930123456", [" +4930123456 "]],
  ["twitter", "@Ada_Lovelace 1", ["ada_lovelace 1", "ADA_LOVELACE 1"]],
  ["facebook", "Ada.Love-lace_1", ["ada.love-LACE_1"]],
  ["instagram", "Ad\u00e1", ["Ada\u0301", " Ad\u00e1"]],
  ["livechat", "王小明 <7>", []],
];

test.each(accepted)(
  "%s %s is kept as written, and is the same address in other spellings",
  async (type, kept, same) => {
    const { id, brandId } = await makeAda();
    await customer.addChannels({ customerId: id, channels: [{ type, address: kept }] });
    expect((await channelsOf(id))[1]).toMatchObject({ channel_name: type, address: kept });
    for (const address of same) {
      await expect(
        customer.create({ brandId, channels: [{ type, address }] }),
        address,
      ).rejects.toMatchObject({ code: "channel_taken", conflict: { customerId: id } });
      expect(await customer.listByChannel({ brandId, value: address }), address).toMatchObject({
        itemTotal: 1,
        items: [{ id }],
      });
    }
  },
);

const refused: [type: string, address: string][] = [
  ...[
    "a",
    "@example.org",
    "a@",
    "a@b@example.org",
    "a@localhost",
    "a b@example.org",
    `${"x".repeat(65)}@example.org`,
    `a@${"x".repeat(250)}.org`,
    "a@[127.0.0.1]",
    "a@127.0.0.1",
    "a\u0000@example.org",
  ].map((one): [string, string] => ["email", one]),
  ...["030123", "+49 30", "++49", "+", `+${"1".repeat(16)}`, "+٤٩"].map((one): [string, string] => [
    "telephone",
    one,
  ]),
  ...["a-b", "@@a", "@", "ä"].map((one): [string, string] => ["twitter", one]),
  ...["a b", "@a", "ä"].map((one): [string, string] => ["facebook", one]),
  ...["x".repeat(256), "a\u0007b", "\ud800"].map((one): [string, string] => ["livechat", one]),
];

test("an address that breaks its type's rule is 400 on the caller's field, and nothing is added", async () => {
  const { id } = await makeAda();
  for (const [type, address] of refused) {
    const json = {
      customer_id: id,
      extra_email: "fine@example.org",
      CustomerChannelType_3: type,
      CustomerChannelValue_3: address,
    };
    const { status, body } = await raw("POST", "/customer/addChannelOnly", { json });
    expect([status, body.code, body.errors?.[0]?.field], `${type} ${address}`).toEqual([
      400,
      "invalid_field",
      "CustomerChannelValue_3",
    ]);
  }
  expect(await channelsOf(id)).toHaveLength(1);
});

test("pairs may begin and leave gaps anywhere up to 9999; half a pair and strange numbers are 400", async () => {
  const { id } = await makeAda();
  const good = {
    customerChannelType_9999: "sms",
    customerChannelValue_9999: "+2",
    customerchanneltype_0: "SMS",
    CUSTOMERCHANNELVALUE_0: "+1",
    customerChannelType_5: "",
    customerChannelValue_5: "",
  };
  expect((await raw("PUT", `/customer/${id}`, { form: good })).body).toMatchObject({ outcome: "updated" });
  expect((await channelsOf(id)).map((row) => row.address)).toEqual(["ada@example.org", "+1", "+2"]);
  const bad: [Record<string, string>, string][] = [
    [{ customerChannelType_1: "sms" }, "customerChannelType_1"],
    [{ customerChannelValue_1: "+3", customerChannelType_1: " " }, "customerChannelValue_1"],
    [{ customerChannelType_01: "sms", customerChannelValue_01: "+3" }, "customerChannelType_01"],
    [{ customerChannelType_10000: "sms" }, "customerChannelType_10000"],
    [{ customerChannelType_x: "sms" }, "customerChannelType_x"],
    [{ customerChannelType_1: "pigeon", customerChannelValue_1: "+3" }, "customerChannelType_1"],
    [{ extra_pigeon: "+3" }, "extra_pigeon"],
    [
      Object.fromEntries(
        Array.from({ length: 51 }, (_, n) => [
          [`customerChannelType_${n}`, "sms"],
          [`customerChannelValue_${n}`, `+${n}`],
        ]).flat(),
      ) as Record<string, string>,
      "customerChannelType_n",
    ],
  ];
  for (const [form, field] of bad) {
    const { status, body } = await raw("PUT", `/customer/${id}`, { form });
    expect([status, body.errors?.[0]?.field], field).toEqual([400, field]);
  }
});

test("one address belongs to one customer of a brand on every road, and to others in other brands and types", async () => {
  const { id, brandId } = await makeAda();
  const bob = await customer.create({ brandId, primaryId: "Bob" });
  const channels = [mail("ADA@example.org")];
  const roads = [
    customer.create({ brandId, primaryId: "new", channels }),
    customer.resolve({ brandId, primaryId: "Bob", channels }),
    customer.resolve({ brandId, primaryId: "Bob", linkAddress: "ada@example.org" }),
    customer.updateAny({ customerId: bob.id, channels }),
    customer.update({ id: bob.id, channels }),
    customer.updateByPrimaryId({ primaryId: "Bob", brandId, channels }),
    customer.addChannels({ customerId: bob.id, channels }),
  ];
  for (const road of await Promise.allSettled(roads))
    expect(road).toMatchObject({
      status: "rejected",
      reason: { code: "channel_taken", conflict: { customerId: id } },
    });
  expect(
    await customer.addChannels({
      customerId: bob.id,
      channels: [{ type: "livechat", address: "ada@example.org" }],
    }),
  ).toMatchObject({ outcome: "updated" });
  expect(await customer.create({ brandId: await newBrand(), channels })).toMatchObject({
    outcome: "created",
  });
});

test("operation 11 removes the row, frees the address at once, raises the version, and is 404 afterwards", async () => {
  const { id, brandId } = await makeAda();
  for (const path of ["/customer/channel/", "/Customer/ITEMCHANNEL/"]) {
    const [row] = await channelsOf(id);
    const { version } = (await customer.find({ id })).item;
    const answer = await raw("DELETE", `${path}${row?.id}`);
    expect(answer.body).toEqual({
      type: "result",
      message: "Channel deleted.",
      id: row?.id,
      customer_id: id,
      outcome: "deleted",
    });
    expect((await customer.find({ id })).item).toMatchObject({ channels: [], version: version + 1 });
    expect((await raw("DELETE", `${path}${row?.id}`)).body).toMatchObject({
      code: "not_found",
      message: "There is no such channel.",
    });
    const bob = await customer.create({ brandId, channels: [mail("ada@example.org")] });
    expect(
      (await customer.listByChannel({ brandId, value: "ada@example.org" })).items.map((one) => one.id),
    ).toEqual([bob.id]);
    await customer.removeChannel({ id: (await channelsOf(bob.id))[0]?.id ?? 0 });
    await customer.addChannels({ customerId: id, channels: [mail("ada@example.org")] });
  }
  const [row] = await channelsOf(id);
  await expect(customer.removeChannel({ id: row?.id ?? 0 }, { ifMatch: 1 })).rejects.toMatchObject({
    code: "stale_version",
  });
  for (const wrong of ["x", "0", "-1", "1e3", "9999999999999999"])
    expect((await raw("DELETE", `/customer/channel/${wrong}`)).status).toBe(404);
});

test("a type's new number and name show at once, on channels that are there and in what is sent", async () => {
  const { id, brandId } = await makeAda();
  await admin.channel.update({ id: 4, channelId: 40, name: "X-Twitter" });
  await admin.channel.update({ id: 8, channelId: 4 });
  const channels = [
    { type: 40, address: "@Ada" },
    { type: "x-TWITTER", address: "Love" },
    { type: 4, address: "visitor" },
    { type: "LiveChat", address: "guest" },
  ];
  const made = await customer.create({ brandId, channels });
  expect((await channelsOf(made.id)).map((row) => [row.channel_id, row.channel_name, row.address])).toEqual([
    [40, "X-Twitter", "@Ada"],
    [40, "X-Twitter", "Love"],
    [4, "livechat", "visitor"],
    [4, "livechat", "guest"],
  ]);
  await customer.addChannels({ customerId: id, channels: [{ type: "twitter", address: "documented" }] });
  expect((await channelsOf(id)).at(-1)).toMatchObject({ channel_id: 40, address: "documented" });
  expect(
    (
      await raw("POST", "/customer/addChannelOnly", {
        form: { customer_id: String(id), extra_twitter: "still" },
      })
    ).status,
  ).toBe(200);
  expect((await channelsOf(id)).at(-1)).toMatchObject({ channel_id: 40, channel_name: "X-Twitter" });
  await admin.channel.update({ id: 4, name: "Chirp" });
  expect((await channelsOf(id)).at(-1)).toMatchObject({ channel_id: 40, channel_name: "Chirp" });
});

test("a type the tenant defines takes plain addresses, compared exactly, by its number and its name", async () => {
  const { id, brandId } = await makeAda();
  const { channel_id: number } = await admin.channel.create({ name: "Telegram Bot" });
  await customer.addChannels({ customerId: id, channels: [{ type: "telegram bot", address: "Ada" }] });
  await expect(
    customer.create({ brandId, channels: [{ type: number, address: "Ada" }] }),
  ).rejects.toMatchObject({ code: "channel_taken" });
  expect(await customer.create({ brandId, channels: [{ type: number, address: "ada" }] })).toMatchObject({
    outcome: "created",
  });
  expect((await customer.listByChannel({ brandId, value: "Ada" })).items).toMatchObject([
    { id, channels: [{}, { channel_id: number, channel_name: "Telegram Bot" }] },
  ]);
});
