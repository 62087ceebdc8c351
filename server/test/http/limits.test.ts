// Limits of bytes, fields, values, requests a minute, headers. Whatever exceeds one gets the one format of errors, and
// the server continues.
import { once } from "node:events";
import { connect } from "node:net";
import { permissions, readsBody } from "@dossier/api";
import { expect, test } from "vitest";
import {
  encodeFields,
  calls,
  encodings,
  type Fields,
  uniqueName,
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
const mebibyte = 1024 * 1024;
const form = "application/x-www-form-urlencoded";
const bodies = table.filter(({ row }) => readsBody(row));
const alive = async () => expect((await world.raw("GET", "/brand")).status).toBe(200);
const resolve = (fields: Fields, encoding: (typeof encodings)[number]) =>
  world.raw(
    "POST",
    "/customer",
    encodeFields(rowOf("customer.resolve"), { brand_id, primary_id: uniqueName(), ...fields }, encoding),
  );
const many = (count: number, make: (n: number) => [string, string][]) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => make(n)).flat());

test("a body over 1 MiB is 413 at every endpoint that takes one, whether or not its length was told", async () => {
  for (const { name, row } of bodies) {
    const { path } = await calls[name]!(scene);
    for (const [length, status] of [
      [mebibyte, 400],
      [mebibyte + 1, 413],
    ] as const) {
      const told = await world.raw(row.method, path, {
        raw: { type: form, body: Buffer.alloc(length, "a=") },
      });
      expect([name, length, told.status]).toEqual([name, length, status]);
      if (status === 413) expect(told.body).toMatchObject({ type: "error", code: "too_large" });
      const body = new Blob([Buffer.alloc(length, "a=")]).stream();
      const untold = await fetch(`${world.url}/api/v2${path}`, {
        method: row.method,
        body,
        duplex: "half",
        headers: { apiKey: world.adminKey, "content-type": form },
      });
      expect([name, length, untold.status, ((await untold.json()) as { code: string }).code]).toEqual([
        name,
        length,
        status,
        told.body.code,
      ]);
    }
  }
});

test("a body of any size is answered, and none is read to an end that never comes", async () => {
  const head = (length: string) =>
    `PUT /api/v2/customer HTTP/1.1\r\nHost: x\r\napiKey: ${world.adminKey}\r\nContent-Type: ${form}\r\n${length}\r\n\r\n`;
  for (const length of ["Content-Length: 1000000000", "Content-Length: 9000000000000"])
    expect(await sendBytes(world.url, head(length))).toMatch(/^HTTP\/1\.1 413 [^]*"too_large"/);
  const chunk = `${(64 * 1024).toString(16)}\r\n${"x".repeat(64 * 1024)}\r\n`;
  const endless = await sendBytes(world.url, head("Transfer-Encoding: chunked") + chunk.repeat(200));
  expect(endless).toMatch(/^HTTP\/1\.1 413 [^]*connection: close/i);
  for (const strange of [
    "Content-Length: -1",
    "Content-Length: 1\r\nContent-Length: 2",
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: gzip",
    "Content-Length: x",
  ])
    expect([
      strange,
      (await sendBytes(world.url, `${head(strange)}0\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n`)).match(
        /HTTP\/1\.1 \d+/g,
      ),
    ]).toEqual([strange, ["HTTP/1.1 400"]]);
  await alive();
});

test("200 fields pass, 201 do not; a value of 64 KiB passes, one byte more does not", async () => {
  for (const encoding of encodings) {
    const counted = async (count: number) =>
      (
        await resolve(
          many(count - 2, (n) => [[`f${n}`, "x"]]),
          encoding,
        )
      ).status;
    expect([encoding, await counted(200), await counted(201)]).toEqual([encoding, 200, 400]);
    for (const letter of ["a", "é", "字", "😀"]) {
      const size = Buffer.byteLength(letter);
      const send = (value: string) => resolve({ custom_long: value }, encoding);
      const most = letter.repeat(Math.floor(65_536 / size)) + "x".repeat(65_536 % size);
      expect([encoding, letter, (await send(most)).status]).toEqual([encoding, letter, 200]);
      const over = await send(`${most}x`);
      expect([over.status, over.body.errors]).toEqual([
        400,
        [{ field: "custom_long", message: expect.any(String) }],
      ]);
    }
    const name = await resolve({ ["n".repeat(1025)]: "x" }, encoding);
    expect([encoding, name.status, name.text.length < 1000]).toEqual([encoding, 400, true]);
    expect((await resolve({ ["n".repeat(1024)]: "x" }, encoding)).status).toBe(200);
  }
  const repeated = await world.raw("POST", "/customer", {
    form: Array.from({ length: 201 }, (): [string, string] => ["brand_id", brand_id]),
  });
  expect([repeated.status, repeated.body.code]).toEqual([400, "invalid_request"]);
  const query = await world.raw("GET", "/customer", { query: many(201, (n) => [[`f${n}`, ""]]) });
  expect([query.status, query.body.code]).toEqual([400, "invalid_request"]);
});

test("50 channel pairs and 100 custom fields pass, one more of either does not", async () => {
  for (const encoding of encodings) {
    const pairs = async (count: number) =>
      (
        await resolve(
          many(count, (n) => [
            [`customerChannelType_${n * 7}`, "1"],
            [`customerChannelValue_${n * 7}`, `${uniqueName("l")}@example.org`],
          ]),
          encoding,
        )
      ).status;
    expect([encoding, await pairs(50), await pairs(51)]).toEqual([encoding, 200, 400]);
    const customs = async (count: number) =>
      (
        await resolve(
          many(count, (n) => [[`custom_f${n}`, "x"]]),
          encoding,
        )
      ).status;
    expect([encoding, await customs(100), await customs(101)]).toEqual([encoding, 200, 400]);
  }
});

const part = (head: string, body = "x") => `--b\r\n${head}\r\n\r\n${body}\r\n`;
const field = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value);
const send = (body: string, type = "multipart/form-data; boundary=b") =>
  world.raw("POST", "/customer", { raw: { type, body: Buffer.from(body) } });

test("multipart: parts beyond number, empty, nameless, nested or cut at any byte are 4xx at worst", async () => {
  const whole =
    field("brand_id", brand_id) + field("primary_id", uniqueName()) + field("extra_email", "cut@example.org");
  const cases = [
    part("X: y").repeat(5000),
    part('Content-Disposition: form-data; name="a"', "").repeat(5000),
    part("Content-Disposition: form-data").repeat(300),
    field("a[".repeat(1000), "x"),
    field("__proto__", "x"),
    field("constructor[prototype]", "x"),
    part(`Content-Disposition: form-data; name="a"; filename="${"\\".repeat(8000)}"`),
    part("X-Y: z\r\n".repeat(100) + 'Content-Disposition: form-data; name="a"'),
    part(`X: ${"y".repeat(90_000)}`),
  ];
  for (const body of cases)
    expect([body.slice(0, 60), (await send(`${body}--b--\r\n`)).status]).toEqual([body.slice(0, 60), 400]);
  expect(
    (await send(whole + part("X: y").repeat(300) + field("firstname", "Lost") + "--b--\r\n")).status,
  ).toBe(400);
  for (const boundary of ["b".repeat(71), "", '"b', "b; boundary=c", "é"])
    expect([
      boundary,
      (await send(`${whole}--b--\r\n`, `multipart/form-data; boundary=${boundary}`)).status < 500,
    ]).toEqual([boundary, true]);
  const end = whole.length;
  for (let cut = 0; cut < end; cut += 7)
    expect([cut, (await send(whole.slice(0, cut))).status]).toEqual([cut, 400]);
  await alive();
});

const limited = await startFixtureServer({ rateLimit: 5 });
const generous = await startFixtureServer({ rateLimit: 20 });
const roomy = await startFixtureServer({ rateLimit: 20 });
const numbers = (answer: Answer) =>
  ["limit", "remaining", "reset"].map((one) => Number(answer.headers.get(`ratelimit-${one}`) ?? Number.NaN));

test("a key may make so many requests a minute; the headers count them, and refusals say when to come back", async () => {
  const key = await limited.keyFor([...permissions]);
  for (let left = 4; left >= 0; left -= 1) {
    const answer = await limited.raw("GET", "/brand", { key });
    const [limit, remaining, reset] = numbers(answer);
    expect([answer.status, limit, remaining]).toEqual([200, 5, left]);
    expect(reset! > 0 && reset! <= 60).toBe(true);
  }
  const ways = [
    { key },
    { key: null, query: { apiKey: key } },
    { key: null, headers: { APIKEY: key } },
    { key: null, headers: { authorization: `Bearer ${key}` } },
    { key, headers: { "x-forwarded-for": "1.2.3.4", "x-real-ip": "5.6.7.8", forwarded: "for=9.9.9.9" } },
  ];
  for (const way of ways)
    for (const path of ["/brand", "/BRAND/", "/customer", "/channel"]) {
      const answer = await limited.raw("GET", path, way);
      expect([answer.status, answer.body.code, numbers(answer)[1]]).toEqual([429, "rate_limited", 0]);
      expect(answer.headers.get("retry-after")).toBe(String(numbers(answer)[2]));
    }
  const line = (more = "") => `GET /api/v2/brand HTTP/1.1\r\nHost: x\r\napiKey: ${key}\r\n${more}\r\n`;
  expect(
    (await sendBytes(limited.url, line().repeat(49) + line("Connection: close\r\n"))).match(
      /HTTP\/1\.1 \d+/g,
    ),
  ).toEqual(Array(50).fill("HTTP/1.1 429"));
  const other = await limited.keyFor(["CUSTOMER_READ"]).catch(() => "refused");
  expect(other).not.toBe("refused");
  expect((await limited.raw("GET", "/customer", { key: other })).status).toBe(200);
});

test("a search counts as five requests, however its field is spelled, and the headers say what is left", async () => {
  const key = await roomy.keyFor(["CUSTOMER_READ", "TICKET_READ"]);
  const left = async (path: string) => {
    const answer = await roomy.raw("GET", path, { key });
    return [answer.status, numbers(answer)[1]];
  };
  expect(await left("/customer?query=ada")).toEqual([200, 15]);
  expect(await left("/customer")).toEqual([200, 14]);
  expect(await left("/customer?%71UERY=ada")).toEqual([200, 9]);
  expect(await left("/ticket?query=ada")).toEqual([200, 4]);
  expect(await left("/ticket")).toEqual([200, 3]);
  expect(await left("/customer?query=ada")).toEqual([429, 0]);
  expect(await left("/customer")).toEqual([429, 0]);
});

test("of a burst by a key that was not seen before as many pass as it may make", async () => {
  for (let round = 0; round < 8; round += 1) {
    const key = await generous.keyFor(["CUSTOMER_READ"]);
    const asked = Array.from({ length: 40 }, () => generous.raw("GET", "/customer", { key }));
    const answers = await Promise.all(asked);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(new Set(answers.map((answer) => numbers(answer)[1])).size).toBe(20); // 19 left, and so on to 0
  }
});

test("a refusal for lack of permission counts too, one for a bad key has no count, and 0 is no limit", async () => {
  const key = await limited.keyFor(["CUSTOMER_READ"]);
  expect([
    (await limited.raw("GET", "/apikey", { key })).status,
    numbers(await limited.raw("GET", "/apikey", { key }))[1],
  ]).toEqual([403, 3]);
  expect((await limited.raw("GET", "/brand", { key: "garbage" })).headers.get("ratelimit-limit")).toBeNull();
  expect((await limited.raw("OPTIONS", "/brand", { key })).headers.get("ratelimit-limit")).toBeNull();
  const answers = await Promise.all(Array.from({ length: 12 }, () => limited.raw("GET", "/brand", { key })));
  expect(answers.filter((one) => one.status === 200)).toHaveLength(3);
  expect((await world.raw("GET", "/brand")).headers.get("ratelimit-limit")).toBeNull();
});

test("headers over 16 kB and over 100 lines are 431, and time-outs are as promised", async () => {
  const ask = (headers: string) =>
    sendBytes(
      world.url,
      `GET /api/v2/brand HTTP/1.1\r\nHost: x\r\napiKey: ${world.adminKey}\r\n${headers}Connection: close\r\n\r\n`,
    );
  expect(await ask(`X: ${"y".repeat(15_000)}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await ask(`X: ${"y".repeat(16_384)}\r\n`)).toMatch(
    /^HTTP\/1\.1 431 [^]*application\/json[^]*"type":"error"[^]*"code":"too_large"/,
  );
  expect(await ask("A: b\r\n".repeat(97))).toMatch(/^HTTP\/1\.1 200 /);
  expect(await ask("A: b\r\n".repeat(98))).toMatch(/^HTTP\/1\.1 431 [^]*"code":"too_large"/);
  expect(await ask("A: b\r\n".repeat(10_000))).toMatch(/^HTTP\/1\.1 431 /);
  const { server } = world.service.app;
  expect([server.headersTimeout, server.requestTimeout, server.keepAliveTimeout]).toEqual([
    10_000, 30_000, 65_000,
  ]);
});

/** A search sent as raw bytes, with more headers. */
const askByHand = (more: string, body = "") =>
  sendBytes(
    world.url,
    `POST /api/v2/customer/SearchByPrimaryExternalID HTTP/1.1\r\nHost: x\r\napiKey: ${world.adminKey}\r\nContent-Type: ${form}\r\nConnection: close\r\n${more}\r\n\r\n${body}`,
  );

test("malformed HTTP is refused in the format of errors; unusual HTTP is answered once", async () => {
  for (const bytes of [
    "hello\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "GET /api/v2/brand HTTP/1.1\nHost x\n\n",
    "\x16\x03\x01\x02\0",
    "GET /api/v2/b rand HTTP/1.1\r\nHost: x\r\n\r\n",
  ]) {
    const answer = await sendBytes(world.url, Buffer.from(bytes, "latin1"));
    expect([bytes, answer.slice(9, 12), /"code":"invalid_request"/.test(answer)]).toEqual([
      bytes,
      "400",
      true,
    ]);
  }
  expect(await askByHand("Expect: 100-continue\r\nContent-Length: 12", "primary_id=x")).toMatch(
    /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /,
  );
  expect(
    await askByHand("Transfer-Encoding: chunked", "6;ext=1\r\nprimar\r\n6\r\ny_id=x\r\n0\r\n\r\n"),
  ).toMatch(/^HTTP\/1\.1 200 /);
  expect(await askByHand("Range: bytes=0-1\r\nContent-Length: 12", "primary_id=x")).toMatch(
    /^HTTP\/1\.1 200 /,
  );
});

test("pipelined requests are answered in their order", async () => {
  const paths = ["/api/v2/brand", "/livez", "/nothing", "/api/v2/customer/x", "/api/v2/channel"];
  const answer = await sendBytes(
    world.url,
    `${paths
      .map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\napiKey: ${world.adminKey}\r\n\r\n`)
      .join("")
      .repeat(40)}GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  const expected = ["200", "200", "404", "404", "200"];
  expect(answer.match(/HTTP\/1\.1 \d+/g)?.map((one) => one.slice(9))).toEqual(
    Array.from({ length: 201 }, (_, n) => expected[n % 5]),
  );
});

test("a request cut off at any byte leaves the server as it was", async () => {
  const body = `brand_id=${brand_id}&primary_id=cut-off&firstname=Ada`;
  const whole = `POST /api/v2/customer HTTP/1.1\r\nHost: x\r\napiKey: ${world.adminKey}\r\nContent-Type: ${form}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const { port } = new URL(world.url);
  for (let cut = 1; cut < whole.length; cut += 5) {
    const socket = connect(Number(port), "127.0.0.1");
    await once(socket, "connect");
    socket.write(whole.slice(0, cut));
    if (cut % 2) socket.end();
    else socket.resetAndDestroy();
    socket.on("error", () => undefined);
    socket.resume();
    await once(socket, "close");
  }
  await alive();
  expect(
    (await world.raw("POST", "/customer/SearchByPrimaryExternalID", { form: { primary_id: "cut-off" } })).body
      .itemTotal,
  ).toBe(0);
  expect((await sendValid(scene, "customer.resolve")).status).toBe(200);
});
