// SSRF: every URL of the corpus is rejected without a connection, when it is saved and when it is used; every good one
// succeeds; and a typical naive guard fails the same test.
import { isIP } from "node:net";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { openLog } from "../../src/log.ts";
import {
  createEgressClient,
  type EgressClient,
  EgressError,
  type EgressRequest,
} from "../../src/egress/client.ts";
import type { Dial } from "../../src/egress/connect.ts";
import type { Resolve } from "../../src/egress/dns.ts";
import { dialLoopback, startCanaries, startSecureServer } from "../support/servers/canaries.ts";
import { hasOpenssl, makeAuthority } from "../support/servers/certificates.ts";
import { type Forbidden, forbidden, good } from "../support/data/ssrf-urls.ts";
import { answer, startWireServer } from "../support/servers/byte-server.ts";

const log = openLog("silent", false);
const canaries = await startCanaries();
const direct = await startWireServer((socket) => void socket.end(answer("direct")));
const proxy = await startWireServer((socket) => void socket.end(answer("proxied")));
const rude = await startWireServer((socket) => void socket.destroy());
/** Addresses of good URLs: the only ones that may be dialled; they lead to a server of this machine. */
const goodAddresses = new Set(good.flatMap(({ host, answers }) => (isIP(host) ? [host] : answers)));
const card = { urls: 0, cases: 0, connects: 0, refusals: 0, classes: 0, control: "green" };
afterAll(() => {
  const { urls, cases, connects, refusals, classes, control } = card;
  console.log(
    `ssrf urls=${urls} cases=${cases} forbidden_connects=${connects} false_refusals=${refusals} oracle_classes=${classes} control=${control}`,
  );
});

interface Told {
  resolve: Resolve;
  dial: Dial;
  /** dialled addresses, good ones and others */
  welcome: string[];
  unwelcome: string[];
}

/** A resolver with the test's answers, one after the other, and a dial function that knows the permitted addresses. */
function tell(answers: readonly (readonly string[])[], welcomeAt = 0): Told {
  const left = [...answers];
  const told: Told = {
    welcome: [],
    unwelcome: [],
    resolve: async () => (left.length > 1 ? left.shift() : left[0]) ?? ["127.0.0.1"],
    dial(address, port, signal) {
      const isGood = goodAddresses.has(address) && port === 443;
      (isGood ? told.welcome : told.unwelcome).push(address);
      return isGood ? dialLoopback("127.0.0.1", welcomeAt, signal) : canaries.dial(address, port, signal);
    },
  };
  return told;
}

/** The outcome of a request: a status, or the kind of failure. */
async function outcome(
  outside: EgressClient,
  url: string,
  more: Partial<EgressRequest> = {},
): Promise<string | number> {
  try {
    return (await outside.send({ url, method: "GET", concurrencyKey: url, timeoutMs: 10_000, ...more }))
      .status;
  } catch (error) {
    if (error instanceof EgressError) return error.kind;
    throw error;
  }
}

/** The fields that take a URL from a caller: the response when it is saved, and the outcome when it is used. */
const sinks = {
  read: (url: string, told: Told) => sinkOf(told, url, { method: "GET" }),
  tell: (url: string, told: Told) => sinkOf(told, url, { method: "POST", body: "{}" }),
};

function sinkOf(told: Told, url: string, more: Partial<EgressRequest>) {
  const outside = createEgressClient({ allow: ["crm.internal:8443", "127.0.0.1:8081"], log, ...told });
  return { save: () => outside.validateUrl(url), use: () => outcome(outside, url, more) };
}

/** URLs of the corpus that get past the guard, or that it accepts on saving although their text shows the fault. */
async function failures({ url, answers }: Forbidden): Promise<string[]> {
  const found: string[] = [];
  for (const [name, sink] of Object.entries(sinks)) {
    const told = tell([answers ?? ["127.0.0.1"]]);
    const { save, use } = sink(url, told);
    card.cases += 2;
    if (!answers && save() === undefined) found.push(`${name} lets be saved ${url}`);
    const came = await use();
    card.connects += told.unwelcome.length;
    const dialled = [...told.unwelcome, ...told.welcome];
    if (came !== "unreachable" || dialled.length > 0)
      found.push(`${name} of ${url} is ${came}, dialled ${dialled.join()}`);
  }
  return found;
}

test("no URL of the corpus leads to a connection, whether it is saved or used", async () => {
  card.urls = new Set(forbidden.map(({ url, answers }) => `${url} ${answers?.join() ?? ""}`)).size;
  const before = canaries.accepted();
  const found = (await Promise.all(forbidden.map(failures))).flat();
  card.connects += canaries.accepted() - before;
  expect(found).toEqual([]);
  expect(card.connects).toBe(0);
  expect(card.urls).toBeGreaterThanOrEqual(400);
  expect(card.cases).toBeGreaterThanOrEqual(1500);
  expect(new Set(forbidden.map(({ kind }) => kind))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]));
});

test("a guard that checks the text of a name instead of the resolved address fails the same test", async () => {
  const before = canaries.accepted();
  const reached = new Set<number>();
  for (const { kind, url, answers } of forbidden) {
    const told = tell([answers ?? ["127.0.0.1"]]);
    await naively(url, told).catch(() => undefined);
    if (told.unwelcome.length > 0) reached.add(kind);
  }
  if (canaries.accepted() > before) card.control = "red";
  expect(canaries.accepted()).toBeGreaterThan(before + 100);
  expect(reached).toEqual(new Set([1, 2, 3, 5, 7]));
});

/** The naive guard: resolves names, judges the answer by its form, and dials what is an address already. */
async function naively(text: string, { resolve, dial }: Told): Promise<void> {
  const url = new URL(text);
  if (!["http:", "https:"].includes(url.protocol)) return;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const { signal } = new AbortController();
  const [address = ""] = isIP(host) ? [host] : await resolve(host, { isAllowed: false, signal });
  if (
    !isIP(host) &&
    /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|0\.|::1$|f[cd]|fe80)/i.test(address)
  )
    return;
  (await dial(address, Number(url.port), signal)).destroy();
}

describe.skipIf(!hasOpenssl)("over TLS (needs openssl)", async () => {
  const authority = hasOpenssl ? makeAuthority() : { cert: "", sign: () => ({ key: "", cert: "" }) };
  const hosts = [...new Set(good.map(({ host }) => host))];
  const certificate = authority.sign([...hosts, "rebinding.example.net"]);
  const reply = (request: string) => {
    const [, status, to] = /^GET \/redirect\?(\d+)&(\S*) /.exec(request) ?? [];
    return status
      ? answer("", { location: decodeURIComponent(to ?? "") }, Number(status))
      : answer("welcome");
  };
  const server = hasOpenssl
    ? await startSecureServer(certificate, reply)
    : { port: 0, names: [], requests: [], protocols: [] };
  const trusting = (told: Told) => createEgressClient({ allow: [], log, ca: [authority.cert], ...told });

  test("every good URL goes through, under the name it has", async () => {
    const refused: string[] = [];
    for (const { url, answers } of good) {
      const told = tell([answers], server.port);
      const outside = trusting(told);
      const fault = outside.validateUrl(url);
      const came = await outcome(outside, url);
      const isRight = fault === undefined && came === 200 && told.unwelcome.length === 0;
      if (!isRight) refused.push(`${url}: ${fault ?? came}`);
    }
    card.refusals = refused.length;
    expect(refused).toEqual([]);
    expect(good.length).toBeGreaterThanOrEqual(60);
    expect(new Set(server.names)).toEqual(new Set(hosts.map((host) => (isIP(host) ? false : host))));
    expect(new Set(server.protocols)).toEqual(new Set(["http/1.1"]));
  });

  test("a name that resolves differently later is called at the checked address alone", async () => {
    const asked: string[] = [];
    const told = tell(
      [["93.184.215.14"], ["127.0.0.1"], ["93.184.215.14"], ["93.184.215.14", "10.0.0.1"]],
      server.port,
    );
    const resolve: Resolve = (name, how) => {
      asked.push(name);
      return told.resolve(name, how);
    };
    const outside = trusting({ ...told, resolve });
    const came = [];
    for (let at = 0; at < 4; at += 1) came.push(await outcome(outside, "https://rebinding.example.net/"));
    expect(came).toEqual([200, "unreachable", 200, "unreachable"]);
    expect(told.unwelcome).toEqual([]);
    expect(told.welcome).toEqual(["93.184.215.14", "93.184.215.14"]);
    expect(asked).toHaveLength(4); // once each: the checked address is the dialled one
  });

  test("a redirect is an answer, wherever it points", async () => {
    const places = [
      "https://shop.example.org/",
      "https://u:p@shop.example.org/",
      "/again",
      "//10.0.0.1/",
      "file:///x",
    ];
    const everywhere = [
      ...places,
      ...forbidden.filter((_, at) => at % 7 === 0).map(({ url }) => url.slice(0, 2000)),
    ];
    const before = canaries.accepted();
    for (const status of [301, 302, 303, 307, 308]) {
      const told = tell([["93.184.215.14"]], server.port);
      const outside = trusting(told);
      for (const to of status === 301 ? everywhere : places) {
        const url = `https://shop.example.org/redirect?${status}&${encodeURIComponent(to.replace(/[^\x20-\x7e]/g, ""))}`;
        if (outside.validateUrl(url) === undefined) expect(await outcome(outside, url)).toBe(status);
      }
      expect(told.unwelcome).toEqual([]);
    }
    expect(canaries.accepted()).toBe(before);
  });
});

test("a value put into a URL stays one component, and one put into a header stays a value", async () => {
  const server = direct;
  const outside = createEgressClient({ allow: [server.place], log, dial: dialLoopback });
  const values = ["/../", "?", "#", "@host", "\r\nX-Evil: 1", "\0", "//host", "\\", "ü", " "];
  for (const value of values) {
    const url = `http://${server.place}/find?key=1&address=${encodeURIComponent(value)}&end=1`;
    expect(await outcome(outside, url)).toBe(200);
    const [line = ""] = (server.requests.at(-1) ?? "").split("\r\n");
    expect(line).toBe(
      `GET /find?key=1&address=${encodeURIComponent(value).replace("'", "%27")}&end=1 HTTP/1.1`,
    );
  }
  const url = `http://${server.place}/`;
  expect(await outcome(outside, `${url}?number=${"1".repeat(1_000_000)}`)).toBe("unreachable");
  const before = server.requests.length;
  for (const [name, value] of [
    ["x-key", "a\r\nx-evil: 1"],
    ["x-key", "a\nb"],
    ["x-key", "a\0b"],
    ["x-key", "a€b"],
    ["x-key\r\nx-evil", "1"],
    ["x key", "1"],
    ["", "1"],
    ["Host", "10.0.0.1"],
    ["content-length", "0"],
    ["Transfer-Encoding", "chunked"],
    ["Connection", "keep-alive"],
    ["Proxy-Authorization", "x"],
  ] as const)
    await expect(outcome(outside, url, { headers: { [name]: value } })).rejects.toThrow(TypeError);
  expect(server.requests).toHaveLength(before);
});

test("proxies of the environment are passed by", async () => {
  const before = canaries.accepted();
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"])
    vi.stubEnv(name, `http://${proxy.place}`);
  vi.stubEnv("NODE_USE_ENV_PROXY", "1");
  onTestFinished(() => void vi.unstubAllEnvs());
  const outside = createEgressClient({ allow: [direct.place], log, dial: dialLoopback });
  const got = await outside.send({
    url: `http://${direct.place}/`,
    method: "GET",
    concurrencyKey: "a",
    timeoutMs: 5000,
  });
  expect(got.body.toString()).toBe("direct");
  expect([proxy.accepted, canaries.accepted()]).toEqual([0, before]);
});

describe("what keeps an answer from coming looks the same", () => {
  test("in its words, and in its time", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const silent = () => new Promise<never>(() => undefined);
    const goingTo = (dial: Dial, answers = ["93.184.215.14"]) => ({ resolve: async () => answers, dial });
    const refused: Dial = (_address, _port, signal) => dialLoopback("127.0.0.1", 1, signal);
    const plainText: Dial = (_address, _port, signal) => dialLoopback("127.0.0.1", rude.port, signal);
    const noName = () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));
    const shop = "https://shop.example.org/";
    const ways: [string, string, { resolve: Resolve; dial: Dial }][] = [
      ["a closed port", shop, goingTo(refused)],
      ["a filtered port", shop, goingTo(silent)],
      ["two filtered addresses", shop, goingTo(silent, ["93.184.215.14", "2606:4700::1111"])],
      ["a port that does not speak TLS", shop, goingTo(plainText)],
      ["a name that is not there", shop, { resolve: noName, dial: refused }],
      ["a name server that is silent", shop, { resolve: silent, dial: refused }],
      ["a name without addresses", shop, goingTo(refused, [])],
      ["a private address", shop, goingTo(refused, ["10.0.0.1"])],
      ["a mixed list", shop, goingTo(refused, ["93.184.215.14", "10.0.0.1"])],
      ["a forbidden address in the URL", "https://10.0.0.1/", goingTo(refused)],
      ["a forbidden name", "https://localhost/", goingTo(refused)],
      ["a forbidden port", "https://shop.example.org:22/", goingTo(refused)],
      ["no URL at all", "nonsense", goingTo(refused)],
    ];
    const begun = performance.now();
    const told: { message: string; ms: number }[] = [];
    const sent = ways.map(async ([, url, way]) => {
      const outside = createEgressClient({ allow: [], log, ...way });
      const error = await outside
        .send({ url, method: "GET", concurrencyKey: "a", timeoutMs: 15_000 })
        .catch((error: unknown) => error);
      const { name, kind, message, retryAfter } = error as EgressError;
      told.push({
        message: JSON.stringify({ name, kind, message, retryAfter }),
        ms: performance.now() - begun,
      });
    });
    await vi.waitUntil(() => rude.accepted > 0);
    for (let at = 0; at < 20; at += 1) await new Promise(setImmediate);
    await vi.advanceTimersByTimeAsync(2749);
    expect(told).toEqual([]);
    for (let at = 0; at < 100 && told.length < ways.length; at += 1) {
      await vi.advanceTimersByTimeAsync(10);
      await new Promise(setImmediate);
    }
    await Promise.all(sent);
    card.classes = new Set(told.map(({ message, ms }) => `${message} ${Math.floor((ms - 2875) / 250)}`)).size;
    expect(card.classes).toBe(1);
    expect(told).toHaveLength(ways.length);
  });
});
