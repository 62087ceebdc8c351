/** Directus: collections of customers and channels over its API, seeded by SQL, called with a static token. */
import { join } from "node:path";
import { remakeDatabase } from "../servers/cluster.ts";
import {
  waitUntilReady,
  encode,
  folderOf,
  type PeerContext,
  install,
  type Running,
  seed,
  set,
} from "./peer.ts";
import { makeFolder, run, start } from "../servers/processes.ts";
import type { ResponseBody, Request, Workload } from "../workloads.ts";
import { person } from "../world/world.ts";

const version = "11.7.2";
const token = "bench-static-token-0123456789abcdef";
const headers = { authorization: `Bearer ${token}` };

export const installDirectus = () => install("directus", version);

/** Starts it on a database of its own with the customers of the world. */
export async function startDirectus(
  { cluster, world, progress }: PeerContext,
  words: readonly string[],
): Promise<Running> {
  progress.at("setting Directus up");
  await remakeDatabase(cluster, "directus");
  const folder = makeFolder();
  const env = environment(cluster.at("directus").user ?? "", folder);
  const program = join(folderOf("directus"), "node_modules", "directus", "cli.js");
  await run(process.execPath, [program, "bootstrap"], env);
  const child = start(process.execPath, [program, "start"], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (part: Buffer) => (log += part.toString()));
  const url = "http://127.0.0.1:8055";
  await waitUntilReady(`${url}/server/ping`, child, () => log);
  await model(url);
  await cluster.use("directus", async (client) => {
    await seed(
      client,
      world,
      {
        table: "customers",
        columns: "id, primary_id, firstname, lastname",
        row: (at) => {
          const { primaryId, firstname, lastname } = person(world, at);
          return [at, primaryId, firstname, lastname];
        },
      },
      {
        table: "channels",
        columns: "id, customer_id, type, value",
        row: (at, type, value, id) => [id, at, type, value],
      },
    );
    for (const table of ["customers", "channels"])
      await client.query(
        `SELECT setval(pg_get_serial_sequence('${table}', 'id'), (SELECT max(id) FROM ${table}))`,
      );
    await client.query("VACUUM (ANALYZE)");
  });
  return {
    name: `Directus ${version}`,
    url,
    headers,
    workloads: workloadsOf(words),
    async stop() {
      const ended = new Promise((done) => child.once("close", done));
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function environment(user: string, folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: folder,
    NODE_ENV: "production",
    HOST: "127.0.0.1",
    PORT: "8055",
    KEY: "bench-key-0123456789",
    SECRET: "bench-secret-0123456789abcdef0123456789",
    ADMIN_EMAIL: "admin@example.com",
    ADMIN_PASSWORD: "bench-password-0123456789",
    ADMIN_TOKEN: token,
    DB_CLIENT: "pg",
    DB_HOST: "127.0.0.1",
    DB_PORT: "5432",
    DB_DATABASE: "directus",
    DB_USER: user,
    DB_PASSWORD: "unused",
    CACHE_ENABLED: "false",
    RATE_LIMITER_ENABLED: "false",
    PRESSURE_LIMITER_ENABLED: "false",
    TELEMETRY: "false",
    WEBSOCKETS_ENABLED: "false",
    LOG_LEVEL: "warn",
    STORAGE_LOCAL_ROOT: folder,
  };
}

const text = (field: string, schema: object = {}) => ({ field, type: "string", schema, meta: {} });

async function model(url: string): Promise<void> {
  const id = {
    field: "id",
    type: "integer",
    schema: { is_primary_key: true, has_auto_increment: true },
    meta: {},
  };
  const indexed = { is_unique: true, is_indexed: true };
  const customers = [id, text("primary_id", indexed), text("firstname"), text("lastname")];
  const customer = { field: "customer_id", type: "integer", schema: { is_indexed: true }, meta: {} };
  const channels = [id, customer, text("type"), text("value", indexed)];
  await set(`${url}/collections`, headers, {
    collection: "customers",
    schema: {},
    meta: {},
    fields: customers,
  });
  await set(`${url}/collections`, headers, {
    collection: "channels",
    schema: {},
    meta: {},
    fields: channels,
  });
  const alias = { field: "channels", type: "alias", schema: null, meta: { special: ["o2m"] } };
  await set(`${url}/fields/customers`, headers, alias);
  await set(`${url}/relations`, headers, {
    collection: "channels",
    field: "customer_id",
    related_collection: "customers",
    meta: { one_field: "channels" },
    schema: {},
  });
}

const read = (path: string): Request => ({ method: "GET", path: `/items/customers${path}` });
const fields = "fields=*,channels.*";
const filter = (path: string, value: string) => `${encode("filter")}${encode(path)}=${encode(value)}`;
const dataOf = (answer: ResponseBody) => (answer["data"] ?? []) as ResponseBody[];

function workloadsOf(words: readonly string[]): Workload[] {
  const email = "c{e}@mail7.example.org";
  return [
    {
      name: "get",
      title: "get by id",
      requests: [read(`/{n}?${fields}`)],
      fault: ({ data }, { n }) => ((data as ResponseBody)["id"] === n ? undefined : `is not customer ${n}`),
    },
    {
      name: "channel",
      title: "by channel value",
      requests: [read(`?${fields}&${filter("[channels][value][_eq]", email)}`)],
      fault: (answer, { e }) => (dataOf(answer)[0]?.["id"] === e ? undefined : `is not customer ${e}`),
    },
    {
      name: "name",
      title: "name search",
      requests: words.map((word) => read(`?${fields}&${filter("[lastname][_icontains]", word)}&limit=15`)),
      fault: (answer) => (dataOf(answer).length > 0 ? undefined : "finds nobody"),
    },
    {
      name: "list",
      title: "list of 15",
      requests: [read(`?${fields}&limit=15&sort=-id`)],
      fault: (answer) => (dataOf(answer).length === 15 ? undefined : "is not a page of 15"),
    },
    {
      name: "create",
      title: "create with two channels",
      requests: [
        {
          method: "POST",
          path: "/items/customers",
          type: "application/json",
          body: JSON.stringify({
            primary_id: "N-{m}",
            firstname: "Anna",
            lastname: words[0],
            channels: [
              { type: "email", value: "n{m}@mail7.example.org" },
              { type: "telephone", value: "+49{m}" },
            ],
          }),
        },
      ],
      fault: ({ data }) => (Number((data as ResponseBody)["id"]) > 0 ? undefined : "has no id"),
    },
  ];
}
