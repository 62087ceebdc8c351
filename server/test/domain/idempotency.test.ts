// Idempotency-Key: a repetition gets the response of the first call, byte for byte, and has no second effect.
import { acceptsIdempotencyKey } from "@dossier/api";
import { expect, test } from "vitest";
import { keyedHash } from "../../src/domain/encryption.ts";
import { fingerprint, withSql } from "../support/table-fingerprint.ts";
import {
  type Call,
  calls,
  encodings,
  uniqueName,
  makeCustomer,
  sendValid,
  rowOf,
  type Fixture,
  sendBytes,
  table,
  type Answer,
  startFixtureServer,
} from "../support/requests.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const brand_id = String(scene.brandId);
const retried = (token: string) => ({ "idempotency-key": token });
/** The token as it is stored: a hash under a key of the installation secret, which is this in tests. */
const kept = (token: string) => keyedHash(Buffer.alloc(32, 7), "idempotency key", token);
const replayed = (answer: Answer) => answer.headers.get("idempotency-replayed");
const resolve = (fields: Record<string, string>, token: string, key?: string) =>
  world.raw("POST", "/customer", {
    form: { brand_id, ...fields },
    headers: retried(token),
    ...(key ? { key } : {}),
  });

/** Another value for the last field of a request, where not every value is valid. */
const otherwise: Record<string, string> = {
  "customer.addEvent": "2026-11-23T18:00:01Z",
  "customer.restore": "",
  "message.create": "open",
  "ticket.create": "low",
  "message.chatbot": "77@example.org",
  "webhook.replay": "2026-11-24T19:00:00Z",
};

/** A different call: its last field has another value, or it is about another record. */
async function another(name: string, call: Call): Promise<Call> {
  const last = Object.keys(call.fields).at(-1);
  if (last === undefined) return calls[name]!(scene);
  const value = otherwise[name] ?? (rowOf(name).legacyWire ? "77@example.org" : "FR");
  return { ...call, fields: { ...call.fields, [last]: value } };
}

test.each(table.filter(({ row }) => acceptsIdempotencyKey(row)))(
  "$name repeats its first answer byte for byte, and does nothing",
  async ({ name }) => {
    const call = await calls[name]!(scene);
    const unlike = await another(name, call);
    const token = uniqueName("token");
    const first = await sendValid(scene, name, { call, headers: retried(token) });
    expect([first.status, replayed(first)]).toEqual([200, null]);
    const after = await fingerprint(world);
    for (const encoding of encodings) {
      const fields = Object.fromEntries(Object.entries(call.fields).toReversed());
      const again = await sendValid(scene, name, {
        call: { ...call, fields },
        encoding,
        headers: retried(token),
      });
      expect([encoding, again.status, again.text, replayed(again), again.headers.get("etag")]).toEqual([
        encoding,
        200,
        first.text,
        "true",
        first.headers.get("etag"),
      ]);
    }
    const other = await sendValid(scene, name, { call: unlike, headers: retried(token) });
    expect([other.status, other.body.code]).toEqual([409, "idempotency_conflict"]);
    expect(await fingerprint(world)).toBe(after);
  },
);

test("fields are compared as they were understood: another boundary, spelling, case or order is the same call", async () => {
  const token = uniqueName("token");
  const primary_id = uniqueName();
  const first = await resolve(
    {
      primary_id,
      firstname: "Ada",
      custom_Tier: "gold",
      extra_email: "spelled@example.org",
      extra_telephone: "+4930",
    },
    token,
  );
  const body = (boundary: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="primary_id"\r\n\r\n${primary_id}\r\n--${boundary}\r\nContent-Disposition: form-data; name="brandID"\r\n\r\n${brand_id}\r\n--${boundary}\r\nContent-Disposition: form-data; name="firstname"\r\n\r\nAda\r\n--${boundary}\r\nContent-Disposition: form-data; name="custom_tier"\r\n\r\ngold\r\n--${boundary}\r\nContent-Disposition: form-data; name="extra_telephone"\r\n\r\n+4930\r\n--${boundary}\r\nContent-Disposition: form-data; name="extra_email"\r\n\r\nspelled@example.org\r\n--${boundary}--\r\n`;
  const answers = [
    await world.raw("POST", "/customer", {
      headers: retried(token),
      raw: { type: "multipart/form-data; boundary=one", body: body("one") },
    }),
    await world.raw("POST", "/customer/", {
      headers: retried(token),
      raw: { type: "multipart/form-data; boundary=another", body: body("another") },
    }),
    await world.raw("POST", "/CUSTOMER", {
      headers: retried(token),
      json: {
        EXTRA_EMAIL: "spelled@example.org",
        extra_telephone: "+4930",
        external_id: primary_id,
        BRAND_ID: scene.brandId,
        Firstname: " Ada ",
        CUSTOM_TIER: "gold",
        lastname: "",
      },
    }),
  ];
  for (const answer of answers) expect([answer.text, replayed(answer)]).toEqual([first.text, "true"]);
});

test("a token belongs to one key and one operation", async () => {
  const [token, key] = [uniqueName("token"), await world.keyFor(["CUSTOMER_CUD"])];
  const [one, two] = [{ primary_id: uniqueName() }, { primary_id: uniqueName() }];
  const first = await resolve(one, token);
  const foreign = await resolve(two, token, key);
  expect([foreign.status, replayed(foreign)]).toEqual([200, null]);
  expect(foreign.body.id).not.toBe(first.body.id);
  const strict = await world.raw("POST", "/customer/createCustomerCRUD", {
    form: { brandID: brand_id, primaryID: uniqueName() },
    headers: retried(token),
  });
  expect([strict.status, replayed(strict)]).toEqual([200, null]);
});

test("failures are not kept: the same token may be tried again", async () => {
  const token = uniqueName("token");
  const taken = await makeCustomer(scene);
  const form = { brandID: brand_id, primaryID: taken.primaryId };
  const send = (fields: Record<string, string>) =>
    world.raw("POST", "/customer/createCustomerCRUD", { form: fields, headers: retried(token) });
  expect((await send(form)).status).toBe(409);
  expect((await send({ ...form, firstname: "<" })).status).toBe(400);
  expect((await send({ ...form, brandID: "999999" })).status).toBe(404);
  const made = await send({ ...form, primaryID: uniqueName() });
  expect([made.status, replayed(made)]).toEqual([200, null]);
});

test("after 24 hours a token is as good as new", async () => {
  const token = uniqueName("token");
  const first = await resolve({ primary_id: uniqueName() }, token);
  const age = (hours: string) =>
    withSql(world, (client) =>
      client.query("UPDATE idempotency_key SET created_at = now() - $2::interval WHERE key_hash = $1", [
        kept(token),
        hours,
      ]),
    );
  await age("23 hours 59 minutes");
  expect((await resolve({ primary_id: uniqueName() }, token)).status).toBe(409);
  await age("24 hours 1 minute");
  const second = await resolve({ primary_id: uniqueName() }, token);
  expect([second.status, replayed(second)]).toEqual([200, null]);
  expect(second.body.id).not.toBe(first.body.id);
});

test("a secret is never kept: the token is ignored there, and neither table nor answer repeats a key", async () => {
  const call = await calls["key.create"]!(scene);
  const answers = [];
  for (let round = 0; round < 2; round += 1)
    answers.push(await sendValid(scene, "key.create", { call, headers: retried("same-token") }));
  expect(answers.map(replayed)).toEqual([null, null]);
  expect(answers[0]!.body.key).not.toBe(answers[1]!.body.key);
  const { rows } = await withSql(world, (client) =>
    client.query<{ text: string }>("SELECT i::text AS text FROM idempotency_key i"),
  );
  expect(rows.filter(({ text }) => text.includes("dsr_") || text.includes("same-token"))).toEqual([]);
});

test("key and permission are checked before anything is repeated", async () => {
  const made = await world.admin.key.create({ name: "till", permissions: ["CUSTOMER_CUD"] });
  const [token, fields] = [uniqueName("token"), { primary_id: uniqueName() }];
  expect((await resolve(fields, token, made.key)).status).toBe(200);
  await withSql(world, (client) =>
    client.query("UPDATE api_key SET permissions = '{CUSTOMER_READ}' WHERE id = $1", [made.id]),
  );
  await new Promise((done) => setTimeout(done, 1100)); // as long as a key may be cached
  expect((await resolve(fields, token, made.key)).status).toBe(403);
  await world.admin.key.revoke({ id: made.id });
  expect((await resolve(fields, token, made.key)).status).toBe(401);
});

test("a search keeps nothing, and other methods ignore the token", async () => {
  for (const name of [
    "customer.listByPrimaryId",
    "customer.updateAny",
    "customer.removeChannel",
    "customer.list",
  ]) {
    const token = uniqueName("token");
    expect((await sendValid(scene, name, { headers: retried(token) })).status).toBe(200);
    const again = await sendValid(scene, name, { headers: retried(token) });
    expect([name, again.status, replayed(again)]).toEqual([name, 200, null]);
  }
});

test("a token is 1 to 255 visible ASCII characters", async () => {
  for (const token of ["x", "!~".repeat(127), "x".repeat(255), "0b9f-…".slice(0, 4)])
    expect((await resolve({ primary_id: uniqueName() }, token)).status).toBe(200);
  for (const token of ["", "x".repeat(256), "a b", "é"]) {
    const answer = await resolve({ primary_id: uniqueName() }, token);
    expect([token, answer.status, answer.body.errors?.[0]?.field]).toEqual([token, 400, "Idempotency-Key"]);
  }
  const twice = await sendBytes(
    world.url,
    `POST /api/v2/customer HTTP/1.1\r\nHost: x\r\napiKey: ${world.adminKey}\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  );
  expect(twice).toMatch(/^HTTP\/1\.1 400 /);
});
