// The client against a stubbed network: what it sends, and how it handles every kind of response.
import { expect, test } from "vitest";
import { api, DossierError, acceptsIdempotencyKey, rows } from "../../src/index.ts";
import { stub } from "../support/stub-network.ts";

test("there is a method for every endpoint of the table", () => {
  const { client } = stub();
  const methods = Object.entries<object>({ ...client }).flatMap(([noun, verbs]) =>
    Object.keys(verbs)
      .filter((verb) => !verb.startsWith("each"))
      .map((verb) => `${noun}.${verb}`),
  );
  expect(methods).toEqual(rows().map(({ name }) => name));
  expect(Object.keys(client)).toEqual(Object.keys(api));
});

test("fields go where the endpoint reads them, in its own spelling, with the key in the header", async () => {
  const { client, seen } = stub();
  await client.customer.list({ query: "a&b", brandId: 7, itemStart: 0 });
  await client.customer.update({
    id: 7,
    brandId: 1,
    firstname: "Ada",
    custom: { tier: null, n: 1 },
    channels: [{ type: "email", address: "a@b.de" }],
  });
  await client.brand.delete({ id: 9 });
  await client.customfield.delete({ id: 9, force: true });
  await client.key.create({
    name: "x",
    permissions: ["CUSTOMER_READ"],
    brandIds: [1, 2],
    expiresAt: "2099-01-01T00:00:00Z",
  });
  const shown = seen.map(({ url, init }) => [
    init.method,
    url.pathname + url.search,
    init.body === undefined ? undefined : (JSON.parse(init.body as string) as unknown),
  ]);
  expect(shown).toEqual([
    ["GET", "/api/v2/customer?query=a%26b&brand_id=7&itemStart=0", undefined],
    [
      "PUT",
      "/api/v2/customer/7",
      {
        brandID: 1,
        firstname: "Ada",
        custom_tier: null,
        custom_n: 1,
        customerChannelType_0: "email",
        customerChannelValue_0: "a@b.de",
      },
    ],
    ["DELETE", "/api/v2/brand/9", undefined],
    ["DELETE", "/api/v2/customfield/9", { force: true }],
    [
      "POST",
      "/api/v2/apikey",
      { name: "x", permissions: ["CUSTOMER_READ"], brand_ids: [1, 2], expires_at: "2099-01-01T00:00:00Z" },
    ],
  ]);
  expect(seen.every(({ init }) => init.headers.apiKey === "dsr_x")).toBe(true);
  expect(seen[0]!.url.origin).toBe("http://dossier.test:1234");
});

test("an id cannot lead to another path, and nothing is sent for what is undefined or null in a query", async () => {
  const { client, seen } = stub();
  await client.customer.find({ id: "../brand/1?x=" as unknown as number });
  await client.customer.list({ query: undefined, cursor: null as unknown as string });
  expect(seen.map(({ url }) => url.pathname + url.search)).toEqual([
    "/api/v2/customer/..%2Fbrand%2F1%3Fx%3D",
    "/api/v2/customer?cursor=",
  ]);
});

test("versions, retries and signals go beside the fields", async () => {
  const { client, seen } = stub();
  const { signal } = new AbortController();
  await client.customer.addChannels({ customerId: 7 }, { ifMatch: 3, idempotencyKey: "k-1", signal });
  expect(seen[0]!.init.headers).toMatchObject({
    "if-match": '"3"',
    "idempotency-key": "k-1",
    "content-type": "application/json",
  });
  expect(seen[0]!.init.signal).toBeInstanceOf(AbortSignal);
});

test("a call that has an effect gets a key of its own, where one counts", async () => {
  for (const { name, row } of rows().filter(({ row: { stream } }) => !stream)) {
    const { client, seen } = stub();
    const [noun, verb] = name.split(".") as ["customer", "find"];
    await client[noun][verb]({ id: 7 });
    await client[noun][verb]({ id: 7 });
    const keys = seen.map(({ init }) => init.headers["idempotency-key"]);
    if (acceptsIdempotencyKey(row)) {
      expect(keys, name).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), expect.any(String)]);
      expect(keys[0], name).not.toBe(keys[1]);
    } else expect(keys, name).toEqual([undefined, undefined]);
  }
  const { client, seen } = stub({ idempotencyKeys: false });
  await client.customer.resolve({ brandId: 1 });
  expect(seen[0]!.init.headers["idempotency-key"]).toBeUndefined();
});

test("without a key none is sent; one that no header can carry is refused and not repeated in the message", async () => {
  const { client, seen } = stub({ key: undefined });
  await client.session.find();
  expect(seen[0]!.init.headers.apiKey).toBeUndefined();
  for (const key of ["", "dsr_x\n", "dsr_ü"]) {
    const refused = stub({ key });
    await expect(refused.client.brand.list()).rejects.toThrow(
      "The API key must be visible ASCII characters, without blanks or line ends.",
    );
    expect(refused.seen).toEqual([]);
  }
});

const refusal = async (answer: () => Response): Promise<DossierError> => {
  const error: unknown = await stub({ retry: false }, answer)
    .client.customer.find({ id: 1 })
    .catch((reason: unknown) => reason);
  if (error instanceof DossierError) return error;
  throw new Error("was not refused");
};

test("an error is thrown as the domain said it", async () => {
  const body = {
    type: "error",
    status: "error",
    code: "channel_taken",
    message: "Taken.",
    errors: [{ field: "extra_email", message: "in use" }],
    conflict: { customer_id: 7 },
    request_id: "r-1",
  };
  expect(await refusal(() => Response.json(body, { status: 409 }))).toMatchObject({
    code: "channel_taken",
    status: 409,
    message: "Taken.",
    errors: body.errors,
    conflict: { customerId: 7 },
    requestId: "r-1",
  });
  const limited = await refusal(() =>
    Response.json(
      { code: "rate_limited", message: "Later." },
      { status: 429, headers: { "retry-after": "17" } },
    ),
  );
  expect([limited.code, limited.retryAfter]).toEqual(["rate_limited", 17]);
});

test("a proxy's refusal is told by its status, and its Retry-After may be a date", async () => {
  const date = "Mon, 23 Nov 2026 18:00:00 GMT";
  const later = "Mon, 23 Nov 2026 18:01:30 GMT";
  const shown = [];
  for (const status of [429, 502, 503, 504]) {
    const headers = { date, "retry-after": later };
    const { code, retryAfter } = await refusal(() => new Response("<html>", { status, headers }));
    shown.push([code, retryAfter]);
  }
  expect(shown).toEqual([
    ["rate_limited", 90],
    ["unavailable", 90],
    ["unavailable", 90],
    ["unavailable", 90],
  ]);
  const strange = await refusal(
    () => new Response("", { status: 503, headers: { "retry-after": "tomorrow" } }),
  );
  expect([strange.code, strange.retryAfter]).toEqual(["unavailable", undefined]);
});

test("an answer that is not ours is an error too, and never a success", async () => {
  for (const answer of [
    () => new Response("<html>", { status: 500 }),
    () => Response.json({ code: "later" }, { status: 504 }),
    () => new Response("<html>", { status: 200 }),
    () => Response.json({ code: "constructor" }, { status: 400 }),
    () => Response.json(null, { status: 500 }),
    () => new Response(null, { status: 204 }),
    () => Response.json("ok"),
  ])
    expect((await refusal(answer)).code).toBe("internal");
});
