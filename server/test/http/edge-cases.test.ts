// Edge cases of HTTP: Node's default responses, malformed input that Node accepts silently, and bytes that follow a
// request on the same connection. Every rejection has the one format of errors, and occurs once.
import { errorShape } from "@dossier/api";
import { expect, test } from "vitest";
import {
  uniqueName,
  makeCustomer,
  startFixtureServer,
  type Fixture,
  sendBytes,
} from "../support/requests.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const proxied = await startFixtureServer({ trustedProxies: ["127.0.0.1"] });
const key = `apiKey: ${world.adminKey}\r\n`;
const form = "Content-Type: application/x-www-form-urlencoded\r\n";

interface Part {
  status: number;
  headers: Map<string, string>;
  body: string;
}

/** The responses in the received bytes, separated by their lengths. */
function partsOf(bytes: string): Part[] {
  const parts: Part[] = [];
  for (let rest = bytes; rest !== ""; ) {
    const [head = ""] = rest.split("\r\n\r\n", 1);
    const [first = "", ...lines] = head.split("\r\n");
    const headers = new Map(
      lines.map((line) => [line.split(":", 1)[0]!.toLowerCase(), line.replace(/^[^:]*:\s*/, "")]),
    );
    const begin = head.length + 4;
    const length = Number(headers.get("content-length") ?? 0);
    parts.push({ status: Number(first.slice(9, 12)), headers, body: rest.slice(begin, begin + length) });
    rest = rest.slice(begin + length);
  }
  return parts;
}

const statuses = (bytes: string) => partsOf(bytes).map(({ status }) => status);

function expectRefusal({ status, headers, body }: Part, wanted: number, code: string): void {
  const envelope = errorShape.strict().parse(JSON.parse(body));
  expect([status, envelope.code, headers.get("content-type")]).toEqual([
    wanted,
    code,
    "application/json; charset=utf-8",
  ]);
  expect(headers.get("x-request-id")).toBe(envelope.request_id);
  expect([headers.get("cache-control"), headers.get("x-content-type-options")]).toEqual([
    "no-store",
    "nosniff",
  ]);
}

const head = (lines: string, target = "GET /livez") =>
  `${target} HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`;

test.each([
  ["an expectation other than 100-continue", head("Host: x\r\nExpect: pizza\r\n"), 417, "invalid_request"],
  ["no Host", head(""), 400, "invalid_request"],
  ["two lines of Host", head("Host: x\r\nHost: y\r\n"), 400, "invalid_request"],
  ["two equal lines of Host", head("Host: x\r\nhost: x\r\n"), 400, "invalid_request"],
  ["a Host that is none", head("Host: x/y\r\n"), 400, "invalid_request"],
  [
    "two lines of Authorization",
    head("Host: x\r\nAuthorization: a\r\nAuthorization: b\r\n"),
    400,
    "invalid_request",
  ],
  ["101 header lines", head(`Host: x\r\n${"A: b\r\n".repeat(99)}`), 431, "too_large"],
  ["3,000 header lines", head(`Host: x\r\n${"a:\r\n".repeat(3000)}`), 431, "too_large"],
  ["headers over 16 KiB", head(`Host: x\r\nA: ${"b".repeat(16_384)}\r\n`), 431, "too_large"],
  ["a path over 16 KiB", head("Host: x\r\n", `GET /${"x".repeat(17_000)}`), 431, "too_large"],
  ["CONNECT", head("Host: x\r\n", "CONNECT example.org:443"), 405, "method_not_allowed"],
  ["TRACE", head("Host: x\r\n", "TRACE /livez"), 405, "method_not_allowed"],
  ["no path", head("Host: x\r\n", "GET "), 400, "invalid_request"],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "invalid_request"],
  ["a method in lower case", head("Host: x\r\n", "get /livez"), 400, "invalid_request"],
  ["an odd header name", head("Host: x\r\nA(b: c\r\n"), 400, "invalid_request"],
  ["a folded header", head("Host: x\r\nA: b\r\n c\r\n"), 400, "invalid_request"],
  ["line feeds alone", "GET /livez HTTP/1.1\nHost: x\n\n", 400, "invalid_request"],
])("%s is refused in the one format of errors, once", async (_what, bytes, status, code) => {
  const parts = partsOf(await sendBytes(world.url, bytes));
  expect(parts).toHaveLength(1);
  expectRefusal(parts[0]!, status, code);
});

test("100 header lines are all read, the last like the first; one more is refused and nothing is changed", async () => {
  const { id } = await makeCustomer(scene);
  const body = "firstname=Eve";
  const change = (lines: number) =>
    sendBytes(
      world.url,
      `PUT /api/v2/customer/${id} HTTP/1.1\r\nHost: x\r\n${key}${form}Content-Length: ${body.length}\r\nConnection: close\r\n` +
        `${"A: b\r\n".repeat(lines - 6)}If-Match: "77"\r\n\r\n${body}`,
    );
  for (const [lines, status] of [
    [100, 412],
    [101, 431],
    [150, 431],
  ] as const)
    expect([lines, statuses(await change(lines))]).toEqual([lines, [status]]);
  expect((await world.admin.customer.find({ id })).item.firstname).toBe("Ada");
});

test("an unreadable escape as an id is a missing thing, after the key; elsewhere it is no path", async () => {
  for (const id of ["%zz", "%", "%C0%AF", "7%", "%F0%9F"]) {
    const none = await world.raw("GET", `/customer/${id}`, { key: null });
    const known = await world.raw("GET", `/customer/${id}`);
    const deleted = await world.raw("DELETE", `/customer/${id}`);
    expect([id, none.body.code, known.body.code, deleted.body.code]).toEqual([
      id,
      "missing_key",
      "not_found",
      "not_found",
    ]);
    expect((await world.raw("PATCH", `/customer/${id}`)).status).toBe(405);
    expect((await world.raw("GET", `/nothing/${id}`)).body.code).toBe("unknown_endpoint");
  }
  const query = await world.raw("GET", "/customer/%zz", { query: "_x=%zz&_y=%" });
  expect(query.body.code).toBe("not_found");
});

test("the pages of the server itself take GET and HEAD, and say so with 405 and Allow to all else", async () => {
  for (const path of [
    "/livez",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/docs/api",
    "/docs/",
    "/LIVEZ/",
    "/",
  ]) {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "PROPFIND", "TRACE"]) {
      const [part, ...more] = partsOf(await sendBytes(world.url, head("Host: x\r\n", `${method} ${path}`)));
      expect([method, path, more.length, part?.headers.get("allow")]).toEqual([
        method,
        path,
        0,
        "GET, HEAD, OPTIONS",
      ]);
      expectRefusal(part!, 405, "method_not_allowed");
    }
    const [options] = partsOf(await sendBytes(world.url, head("Host: x\r\n", `OPTIONS ${path}`)));
    expect([path, options?.status, options?.headers.get("allow")]).toEqual([path, 200, "GET, HEAD, OPTIONS"]);
  }
  for (const path of ["/docs/nothing", "/livez/x", "//livez"])
    expect([path, statuses(await sendBytes(world.url, head("Host: x\r\n", `POST ${path}`)))]).toEqual([
      path,
      [404],
    ]);
  const [any] = partsOf(await sendBytes(world.url, head("Host: x\r\n", "OPTIONS *")));
  expect([any?.status, any?.headers.get("allow")]).toEqual([200, "GET, HEAD, POST, PUT, DELETE, OPTIONS"]);
});

test("unusual and allowed: HTTP/1.0 without Host, whole addresses, upgrades nobody takes up, hosts of every kind", async () => {
  for (const [bytes, status] of [
    ["GET /livez HTTP/1.0\r\n\r\n", 200],
    [head("Host: x\r\n", "GET http://any.host/livez"), 200],
    [head("Host: x\r\n", "GET HTTPS://any.host/readyz?a=1"), 200],
    [head("Host: x\r\n", "GET http://any.host"), 200],
    [head(`Host: x\r\n${key}`, "GET http://any.host/api/v2/brand"), 200],
    [head("Host: x\r\nUpgrade: websocket\r\n"), 200],
    [head("Host: x\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"), 200],
    [head("Host:\r\n"), 200],
    [head("Host: [::1]:8080\r\n"), 200],
    [head("Host: xn--bcher-kva.example:443\r\n"), 200],
    [head("Host: x\r\nRange: bytes=0-1\r\n"), 200],
    [head("Host: x\r\nX-HTTP-Method-Override: DELETE\r\n"), 200],
  ] as const)
    expect([bytes, statuses(await sendBytes(world.url, bytes))]).toEqual([bytes, [status]]);
});

test("requests before a malformed one are answered, in their order", async () => {
  const slow = `GET /api/v2/brand HTTP/1.1\r\nHost: x\r\n${key}\r\n`;
  const behind: [string, number, string][] = [
    ["GARBAGE\r\n\r\n", 400, "invalid_request"],
    [`GET / HTTP/1.1\r\nHost: x\r\nA: ${"b".repeat(20_000)}\r\n\r\n`, 431, "too_large"],
    [
      `POST /api/v2/customer HTTP/1.1\r\nHost: x\r\n${key}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
      "invalid_request",
    ],
    ["CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method_not_allowed"],
  ];
  for (const [bytes, status, code] of behind)
    for (const before of [1, 3]) {
      const parts = partsOf(await sendBytes(world.url, slow.repeat(before) + bytes));
      expect([bytes.slice(0, 30), parts.map((part) => part.status)]).toEqual([
        bytes.slice(0, 30),
        [...Array<number>(before).fill(200), status],
      ]);
      for (const { body } of parts.slice(0, -1)) expect(JSON.parse(body)).toMatchObject({ type: "list" });
      expectRefusal(parts.at(-1)!, status, code);
    }
});

test("a write that garbage follows is done and says so", async () => {
  const primaryId = uniqueName();
  const body = `brand_id=${scene.brandId}&primary_id=${primaryId}`;
  const write = `POST /api/v2/customer HTTP/1.1\r\nHost: x\r\n${key}${form}Content-Length: ${body.length}\r\n\r\n${body}`;
  const [made, refused] = partsOf(await sendBytes(world.url, `${write}\0\0\0`));
  expect(JSON.parse(made!.body)).toMatchObject({ type: "result", outcome: "created" });
  expect(refused!.status).toBe(400);
});

test("no request has two answers, however its end is told", async () => {
  const put = `PUT /api/v2/customer HTTP/1.1\r\nHost: x\r\n`;
  const inner = "GET /api/v2/brand HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const bytes of [
    `${put}${key}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    `${put}${key}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${inner}`,
    `${put}${key}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${inner}`,
    `${put}${key}Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    `${put}${key}Host: y\r\n\r\n${inner}`,
    `${put}${key}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`,
    `${put}${key}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`,
    `${put}${key}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n${inner}`,
    `${put}${key}Content-Length: 3\r\nContent-Length: 3\r\n\r\na=b${inner}`,
    `${put}${key}Content-Length: +3\r\n\r\na=b${inner}`,
    `${put}${key}Transfer-Encoding: chunked\r\n\r\n0\n\n${inner}`,
    `${put}${key}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${inner}`,
    `${put}${key}Transfer-Encoding: chunked\r\n\r\n1;${"a=b;".repeat(6000)}\r\na\r\n0\r\n\r\n${inner}`,
    // without a key the response comes before the body has arrived, and what follows is not a second fault of it
    `${put}Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n${inner}`,
  ])
    expect([bytes, statuses(await sendBytes(world.url, bytes)).length]).toEqual([bytes, 1]);
});

test("behind a proxy strict transport security is said for this host alone", async () => {
  const answer = await proxied.raw("GET", "/brand");
  expect(answer.headers.get("strict-transport-security")).toMatch(/^max-age=\d+$/);
  expect((await world.raw("GET", "/brand")).headers.get("strict-transport-security")).toBeNull();
});
