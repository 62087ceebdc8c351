// A test server: a Dossier of its own for a test file, on a new database, with clients for other keys, brands of their
// own, and raw requests that the client would never send.
import { type RawClient as Client, createClient, type Input, type Api, type Permission } from "@dossier/api";
import { afterAll } from "vitest";
import type { Config } from "../../src/config.ts";
import { type Log, openLog } from "../../src/log.ts";
import { type RunningService, startService, type StartOptions } from "../../src/service/service.ts";
import { createTestDatabase, testTimeouts } from "./database.ts";
import { recordResponses } from "./response-recorder.ts";

export interface RawResponse {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- an answer is looked into, not typed
  body: any;
  text: string;
}

export interface RawRequest {
  key?: string | null;
  headers?: Record<string, string>;
  query?: Record<string, string> | string;
  form?: Record<string, string> | [string, string][];
  multipart?: Record<string, string> | [string, string][];
  json?: unknown;
  raw?: { type?: string; body: string | Uint8Array };
}

export interface TestServer {
  url: string;
  adminKey: string;
  admin: Client;
  service: RunningService;
  databaseUrl: string;
  raw(method: string, path: string, ask?: RawRequest): Promise<RawResponse>;
  keyFor(permissions: Permission[], brandIds?: number[]): Promise<string>;
  clientFor(permissions: Permission[], brandIds?: number[]): Promise<Client>;
  newBrand(settings?: Partial<Input<Api["brand"]["create"]>>): Promise<number>;
}

const adminKey = "test-administrator-key-0123456789";
let brands = 0;

export function testConfig(databaseUrl: string, overrides: Partial<Config> = {}): Config {
  return {
    host: "127.0.0.1",
    port: 0,
    workers: 1,
    databaseUrl,
    dataDir: "/nonexistent",
    databaseUser: undefined,
    adminKey,
    secret: Buffer.alloc(32, 7),
    previousSecret: undefined,
    rateLimit: 0,
    maxConnections: undefined,
    console: false,
    keyInQuery: true,
    unknownQuery: "refuse",
    sessionIdle: 0,
    corsOrigins: [],
    trustedProxies: [],
    stopNotice: 0,
    erasureLog: undefined,
    backupDir: "/nonexistent/backups",
    backupEvery: 0,
    backupKeep: 7,
    backupPassphrase: undefined,
    egressAllow: ["127.0.0.1:9"], // without a listener: what is sent there goes nowhere
    logLevel: "silent",
    logRequests: true,
    ...overrides,
  };
}

/**
 * A Dossier that is stopped after the test file. On a database made with `limits` its calls wait as long for a
 * connection as their statements do.
 */
export async function startInstance(
  config: Config,
  log: Log = openLog(config.logLevel, false),
  wanted: StartOptions = {},
): Promise<RunningService> {
  const service = await startService(config, log, { drainMs: 10, ...wanted });
  if (config.databaseUrl?.includes("statement_timeout"))
    service.db.pool.options.connectionTimeoutMillis = testTimeouts.connectionTimeoutMillis;
  recordResponses(service.app.server);
  afterAll(() => service.stop());
  return service;
}

/** A test's calls are sent once, as they are: no Idempotency-Keys of the client's own, no retries. */
const noRetries = { idempotencyKeys: false, retry: false } as const;

/** Starts a Dossier on a database of its own. */
export async function startTestServer(
  overrides: Partial<Config> = {},
  log?: Log,
  wanted: StartOptions = {},
): Promise<TestServer> {
  const database = await createTestDatabase();
  const config = testConfig(database.url, overrides);
  const service = await startInstance(config, log, wanted);
  const { url } = service;
  const admin = createClient({ url, key: adminKey, ...noRetries }).raw;
  const keyFor = async (permissions: Permission[], brandIds?: number[]) =>
    (await admin.key.create({ name: "test", permissions, ...(brandIds ? { brandIds } : {}) })).key;
  return {
    url,
    adminKey,
    admin,
    service,
    databaseUrl: database.url,
    keyFor,
    raw: (method, path, ask = {}) => send(url, method, path, ask),
    clientFor: async (permissions, brandIds) =>
      createClient({ url, key: await keyFor(permissions, brandIds), ...noRetries }).raw,
    newBrand: async (given = {}) => {
      brands += 1;
      return (await admin.brand.create({ name: `Brand ${brands}`, ...given })).id;
    },
  };
}

/** Sends a raw request to a server, or to what stands before it. */
export async function send(url: string, method: string, path: string, ask: RawRequest): Promise<RawResponse> {
  const query = typeof ask.query === "string" ? ask.query : new URLSearchParams(ask.query ?? {}).toString();
  const headers: Record<string, string> = { ...ask.headers };
  const key = ask.key === undefined ? adminKey : ask.key;
  if (key !== null) headers.apiKey = key;
  const init: RequestInit = { method, headers, redirect: "manual" };
  const body = bodyOf(ask, headers);
  if (body !== undefined) init.body = body;
  const target = `${url}${path.startsWith("/api/") || path.startsWith("//") ? path : `/api/v2${path}`}${query ? `?${query}` : ""}`;
  const answer = await fetch(target, init);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bodyOf(
  ask: RawRequest,
  headers: Record<string, string>,
): string | Uint8Array | FormData | URLSearchParams | undefined {
  if (ask.json !== undefined) {
    headers["content-type"] = "application/json";
    return JSON.stringify(ask.json);
  }
  if (ask.form) return new URLSearchParams(ask.form);
  if (ask.multipart) {
    const form = new FormData();
    const pairs = Array.isArray(ask.multipart) ? ask.multipart : Object.entries(ask.multipart);
    for (const [name, value] of pairs) form.append(name, value);
    return form;
  }
  if (ask.raw?.type) headers["content-type"] = ask.raw.type;
  return ask.raw?.body;
}
