// A Dossier of its own for a test file, on a fresh database, with what tests do all the time: clients with other
// keys, brands of their own, and raw requests for what the client would never send.
import { type Client, createClient, type Input, type Api, type Permission } from "@dossier/api";
import { afterAll } from "vitest";
import type { Config } from "../../src/config.ts";
import { type Log, openLog } from "../../src/log.ts";
import { type RunningService, startService, type Wanted } from "../../src/service/service.ts";
import { freshDatabase, patience } from "./database.ts";

export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- an answer is looked into, not typed
  body: any;
  text: string;
}

export interface Ask {
  key?: string | null;
  headers?: Record<string, string>;
  query?: Record<string, string> | string;
  form?: Record<string, string> | [string, string][];
  multipart?: Record<string, string> | [string, string][];
  json?: unknown;
  raw?: { type?: string; body: string | Uint8Array };
}

export interface World {
  url: string;
  adminKey: string;
  admin: Client;
  service: RunningService;
  databaseUrl: string;
  raw(method: string, path: string, ask?: Ask): Promise<Answer>;
  keyFor(permissions: Permission[], brandIds?: number[]): Promise<string>;
  clientFor(permissions: Permission[], brandIds?: number[]): Promise<Client>;
  newBrand(settings?: Partial<Input<Api["brand"]["create"]>>): Promise<number>;
}

const adminKey = "test-administrator-key-0123456789";
let brands = 0;

export function settings(databaseUrl: string, overrides: Partial<Config> = {}): Config {
  return {
    host: "127.0.0.1",
    port: 0,
    workers: 1,
    databaseUrl,
    dataDir: "/nonexistent",
    databaseUser: undefined,
    adminKey,
    secret: Buffer.alloc(32, 7),
    rateLimit: 0,
    keyInQuery: true,
    corsOrigins: [],
    trustedProxies: [],
    outsideAllow: ["127.0.0.1:9"], // where nobody listens: what is sent there goes nowhere
    logLevel: "silent",
    ...overrides,
  };
}

/**
 * A Dossier that is stopped when the test file is over. On a database made with `patience` its calls wait as patiently
 * for a session as their statements do.
 */
export async function startInstance(
  config: Config,
  log: Log = openLog(config.logLevel, false),
  wanted: Wanted = {},
): Promise<RunningService> {
  const service = await startService(config, log, wanted);
  if (config.databaseUrl?.includes("statement_timeout"))
    service.db.pool.options.connectionTimeoutMillis = patience.connectionTimeoutMillis;
  afterAll(() => service.stop());
  return service;
}

/** What a test asks is asked once, as it stands: no keys of the client's own, nothing sent again. */
const plainly = { idempotencyKeys: false, retry: false } as const;

/** Starts a Dossier on a database of its own. */
export async function startWorld(
  overrides: Partial<Config> = {},
  log?: Log,
  wanted: Wanted = {},
): Promise<World> {
  const database = await freshDatabase();
  const config = settings(database.url, overrides);
  const service = await startInstance(config, log, wanted);
  const { url } = service;
  const admin = createClient({ url, key: adminKey, ...plainly });
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
      createClient({ url, key: await keyFor(permissions, brandIds), ...plainly }),
    newBrand: async (given = {}) => {
      brands += 1;
      return (await admin.brand.create({ name: `Brand ${brands}`, ...given })).id;
    },
  };
}

async function send(url: string, method: string, path: string, ask: Ask): Promise<Answer> {
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
  ask: Ask,
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
