// Real clients: the sixteen operations of the Customer controller through programs of other languages, with values that
// are not ASCII. Each program of this folder performs requests that it reads from its standard input; a client that the
// machine does not have is skipped, and named.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { startCrm } from "../../support/servers/crm-server.ts";
import { startTestServer } from "../../support/test-server.ts";

const here = dirname(fileURLToPath(import.meta.url));
const crm = await startCrm(() => [{ firstname: "Zoë" }]);
const world = await startTestServer({ egressAllow: [crm.hostPort] });
const brandId = await world.newBrand({ crmLookupUrl: crm.url });

type Encoding = "query" | "form" | "multipart" | "json";
type Fields = Record<string, string | number>;
/** What the operations answer, as far as it is looked at. */
interface Body {
  id: number;
  items: { id: number }[];
  item: Record<string, unknown>;
  channel_ids: number[];
}
type Perform = (method: string, path: string, encoding: Encoding, fields?: Fields) => Promise<[number, Body]>;

const jars = (...names: string[]) => names.map((name) => `/usr/share/java/${name}.jar`);
const apacheJars = jars("httpclient", "httpcore", "httpmime", "commons-logging", "commons-codec");
const okJars = jars("okhttp", "okio");
const java = (file: string, jarFiles: string[], ...more: string[]) => [
  "java",
  ...(jarFiles.length > 0 ? ["-cp", jarFiles.join(":")] : []),
  join(here, file),
  ...more,
];

interface Client {
  command: string[];
  /** a command that succeeds where the client is installed */
  probe: string[];
  files?: string[];
  encodings: Exclude<Encoding, "query">[];
  /** its text is in Western European letters only */
  isWestern?: true;
}

const clients: Record<string, Client> = {
  "Python Requests": {
    command: ["python3", join(here, "requests_client.py")],
    probe: ["python3", "-c", "import requests"],
    encodings: ["form", "multipart", "json"],
  },
  "PHP curl": {
    command: ["php", join(here, "curl.php")],
    probe: ["php", "-r", "exit(function_exists('curl_init') ? 0 : 1);"],
    encodings: ["form", "multipart", "json"],
  },
  "PHP streams": {
    command: ["php", join(here, "curl.php"), "streams"],
    probe: ["php", "-v"],
    encodings: ["form", "json"],
  },
  "Perl LWP": {
    command: ["perl", join(here, "lwp.pl")],
    probe: ["perl", "-MLWP::UserAgent", "-e1"],
    encodings: ["form", "multipart", "json"],
  },
  "Perl HTTP::Tiny": {
    command: ["perl", join(here, "lwp.pl"), "tiny"],
    probe: ["perl", "-MHTTP::Tiny", "-MJSON::PP", "-e1"],
    encodings: ["form", "json"],
  },
  "Java HttpClient": { command: java("JavaNet.java", []), probe: ["javac", "-version"], encodings: ["form"] },
  "Apache HttpClient": {
    command: java("ApacheHttp.java", apacheJars),
    probe: ["javac", "-version"],
    files: apacheJars,
    encodings: ["form", "multipart"],
    isWestern: true,
  },
  "Apache HttpClient in UTF-8": {
    command: java("ApacheHttp.java", apacheJars, "utf-8"),
    probe: ["javac", "-version"],
    files: apacheJars,
    encodings: ["form", "multipart"],
  },
  OkHttp: {
    command: java("OkHttp.java", okJars),
    probe: ["javac", "-version"],
    files: okJars,
    encodings: ["form", "multipart"],
  },
};

function isInstalled({ probe: [program = "", ...args], files = [] }: Client): boolean {
  return spawnSync(program, args).status === 0 && files.every((file) => existsSync(file));
}

/** Performs requests through a program, one after the other. */
function performBy(program: ChildProcess): Perform {
  const lines = createInterface({ input: program.stdout! })[Symbol.asyncIterator]();
  const base64 = (text: string | number) => Buffer.from(String(text)).toString("base64");
  return async (method, path, encoding, fields = {}) => {
    const pairs = Object.entries(fields).map((pair) => pair.map(base64).join(":"));
    const line = [method, `${world.url}/api/v2${path}`, world.adminKey, encoding, pairs.join(",")];
    program.stdin!.write(`${line.join("\t")}\n`);
    const { value } = (await lines.next()) as { value: unknown };
    const [status, body = ""] = String(value).split("\t");
    return [Number(status), JSON.parse(Buffer.from(body, "base64").toString() || "{}") as Body];
  };
}

let count = 0;
const unique = () => `é-${(count += 1)}-${process.pid}`;
const mailbox = () => `m${(count += 1)}@example.org`;

/** The sixteen operations in one encoding; each answer is checked, and the values are read back. */
async function performAll(
  perform: Perform,
  encoding: Client["encodings"][number],
  name: string,
  note: string,
) {
  const ok = async (method: string, path: string, how: Encoding, fields?: Fields) => {
    const [status, body] = await perform(method, path, how, fields);
    expect([method, path, status, status === 200 ? undefined : body]).toEqual([method, path, 200, undefined]);
    return body;
  };
  const read = async (id: number) => (await world.admin.customer.find({ id })).item;
  const [primaryID, email] = [unique(), mailbox()];
  const brand = { brandID: brandId, brand_id: brandId };
  const made = await ok("POST", "/customer/createCustomerCRUD", encoding, {
    ...brand,
    primaryID,
    firstname: name,
    extra_email: email,
    custom_note: note,
  });
  const whole = await read(made.id);
  expect(whole).toMatchObject({ firstname: name, external_primary_id: primaryID, custom_note: note });
  const resolved = { ...brand, primary_id: primaryID, lastname: name, custom_note: `${note}!` };
  expect((await ok("POST", "/customer", encoding, resolved)).id).toBe(made.id);
  expect(await read(made.id)).toMatchObject({ lastname: name, custom_note: `${note}!` });
  await ok("PUT", "/customer", encoding, { ...brand, primaryID, custom_note: note, lastname: "Ångström" });
  expect(await read(made.id)).toMatchObject({ lastname: "Ångström", custom_note: note });
  await ok("PUT", `/customer/${made.id}`, encoding, { lastname: name });
  await ok("PUT", "/customer/updateCustomer", encoding, {
    externalPrimaryID: primaryID,
    brandID: brandId,
    custom_note: `${note}?`,
  });
  expect(await read(made.id)).toMatchObject({ lastname: name, custom_note: `${note}?` });
  const found = await ok("GET", "/customer", "query", { brand_id: brandId, query: primaryID });
  expect(found.items[0]).toMatchObject({ id: made.id, firstname: name });
  expect((await ok("GET", `/customer/${made.id}`, "query")).item.custom_note).toBe(`${note}?`);
  const byId = await ok("POST", "/customer/SearchByPrimaryExternalID", encoding, {
    primary_id: primaryID,
    brand_id: brandId,
  });
  expect(byId.items[0]?.id).toBe(made.id);
  const byAddress = { customerChannelValue: email.toUpperCase() };
  expect((await ok("POST", "/customer/SearchByCustomerChannelValue", encoding, byAddress)).items[0]?.id).toBe(
    made.id,
  );
  const added = await ok("POST", "/customer/addChannelOnly", encoding, {
    customer_id: made.id,
    extra_email: mailbox(),
  });
  await ok("POST", "/customer/externalEvent", encoding, {
    customer_id: made.id,
    message: note,
    initiated_by: name,
    event_id: unique(),
  });
  const timeline = await ok("GET", "/customer/timelineByCustomerExternalID", "query", {
    brand_id: brandId,
    external_id: primaryID,
  });
  expect(timeline.items[0]).toMatchObject({ description: note, initiated_by: name });
  const synced = { brandID: brandId, channel: "email", address: mailbox() };
  expect((await read((await ok("POST", "/customer/syncWithCRM", encoding, synced)).id)).firstname).toBe(
    "Zoë",
  );
  await ok("DELETE", `/customer/channel/${added.channel_ids[0]}`, "query");
  await ok("DELETE", `/customer/${made.id}`, "query");
  await ok("DELETE", "/customer/purgeData", "query", { primaryID, brandID: brandId });
}

describe.each(Object.entries(clients))("%s", (_name, client) => {
  test.skipIf(!isInstalled(client)).each(client.encodings)(
    "performs the sixteen operations with bodies in %s, and nothing is refused or mangled",
    async (encoding) => {
      const [command = "", ...args] = client.command;
      const program = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
      try {
        const [name, note] = client.isWestern
          ? ["Zoë Müßig", '¿Qué? & = + % "ñ" ©']
          : ["Zoë Łukasz 山田", '日本語 😀 & = + % "ñ" ©'];
        await performAll(performBy(program), encoding, name, note);
      } finally {
        program.kill();
      }
    },
  );
});
