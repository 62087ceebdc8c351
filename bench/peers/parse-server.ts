/** Parse Server: two classes, channels pointing to customers, seeded by SQL, called with the application's id. */
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
import { makeFolder, start } from "../servers/processes.ts";
import type { ResponseBody, Request, Workload } from "../workloads.ts";
import { person } from "../world/world.ts";

const version = "9.10.0";
const headers = { "x-parse-application-id": "bench" };
const masterKey = "bench-master-key-0123456789";

export const installParse = () => install("parse-server", version, ["--ignore-scripts"]);

/** Starts it on a database of its own with the customers of the world. */
export async function startParse(
  { cluster, world, progress }: PeerContext,
  words: readonly string[],
): Promise<Running> {
  progress.at("setting Parse Server up");
  await remakeDatabase(cluster, "parse");
  const folder = makeFolder();
  const { user } = cluster.at("parse");
  const program = join(folderOf("parse-server"), "node_modules", "parse-server", "bin", "parse-server");
  const options = {
    appId: "bench",
    masterKey,
    databaseURI: `postgres://${user}@127.0.0.1:5432/parse`,
    host: "127.0.0.1",
    port: "1337",
    mountPath: "/parse",
    allowCustomObjectId: "true",
    logLevel: "warn",
    logsFolder: folder,
  };
  const child = start(
    process.execPath,
    [program, ...Object.entries(options).flatMap(([key, value]) => [`--${key}`, value])],
    {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder, NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (part: Buffer) => (log += part.toString()));
  const url = "http://127.0.0.1:1337";
  await waitUntilReady(`${url}/parse/health`, child, () => log);
  await model(url);
  await cluster.use("parse", async (client) => {
    const now = "2026-01-01T00:00:00Z";
    await seed(
      client,
      world,
      {
        table: '"Customer"',
        columns: '"objectId", "createdAt", "updatedAt", "primaryId", firstname, lastname',
        row: (at) => {
          const { primaryId, firstname, lastname } = person(world, at);
          return [primaryId, now, now, primaryId, firstname, lastname];
        },
      },
      {
        table: '"Channel"',
        columns: '"objectId", "createdAt", "updatedAt", customer, type, value',
        row: (at, type, value, id) => [`K-${id}`, now, now, `C-${at}`, type, value],
      },
    );
    await client.query('CREATE UNIQUE INDEX ON "Channel" (value); CREATE INDEX ON "Channel" (customer)');
    await client.query('CREATE UNIQUE INDEX ON "Customer" ("primaryId")');
    await client.query("VACUUM (ANALYZE)");
  });
  return {
    name: `Parse Server ${version}`,
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

async function model(url: string): Promise<void> {
  const admin = { ...headers, "x-parse-master-key": masterKey };
  const text = { type: "String" };
  const customer = { primaryId: text, firstname: text, lastname: text };
  await set(`${url}/parse/schemas/Customer`, admin, { className: "Customer", fields: customer });
  const pointer = { type: "Pointer", targetClass: "Customer" };
  const channel = { customer: pointer, type: text, value: text };
  await set(`${url}/parse/schemas/Channel`, admin, { className: "Channel", fields: channel });
}

const read = (path: string): Request => ({ method: "GET", path: `/parse/classes/${path}` });
const where = (condition: unknown) => `where=${encode(JSON.stringify(condition))}`;
const resultsOf = (answer: ResponseBody) => (answer["results"] ?? []) as ResponseBody[];
const pointerTo = (objectId: string) => ({ __type: "Pointer", className: "Customer", objectId });

function ofCustomer(answer: ResponseBody, id: number): string | undefined {
  const [first] = resultsOf(answer);
  return (first?.["customer"] as ResponseBody | undefined)?.["objectId"] === `C-${id}`
    ? undefined
    : `is not of customer ${id}`;
}

function workloadsOf(words: readonly string[]): Workload[] {
  const value = "c{e}@mail7.example.org";
  return [
    {
      name: "get",
      title: "get by id",
      requests: [read(`Channel?include=customer&${where({ customer: pointerTo("C-{n}") })}`)],
      fault: (answer, { n }) => ofCustomer(answer, n),
    },
    {
      name: "channel",
      title: "by channel value",
      requests: [read(`Channel?include=customer&${where({ value })}`)],
      fault: (answer, { e }) => ofCustomer(answer, e),
    },
    {
      name: "name",
      title: "name search",
      requests: words.map((word) =>
        read(`Customer?limit=15&${where({ lastname: { $regex: word, $options: "i" } })}`),
      ),
      fault: (answer) => (resultsOf(answer).length > 0 ? undefined : "finds nobody"),
    },
    {
      name: "list",
      title: "list of 15",
      requests: [read("Channel?include=customer&limit=30&order=-objectId")],
      fault: (answer) => (resultsOf(answer).length === 30 ? undefined : "is not a page of 30"),
    },
    {
      name: "create",
      title: "create of a customer alone",
      requests: [
        {
          method: "POST",
          path: "/parse/classes/Customer",
          type: "application/json",
          body: JSON.stringify({
            objectId: "N-{m}",
            primaryId: "N-{m}",
            firstname: "Anna",
            lastname: words[0],
          }),
        },
      ],
      fault: (answer, { m }) => (answer["objectId"] === `N-${m}` ? undefined : "has another id"),
    },
  ];
}
