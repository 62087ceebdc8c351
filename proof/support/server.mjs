// Starts a Dossier for a proof: its own folder, its embedded database, a rate limit out of reach, loopback only.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const adminKey = "proof-administrator-key-0123456789";

/**
 * Starts the server of a source tree and waits until it is ready.
 *
 * @param options `tree` is the folder of the sources (this one by default), `env` adds settings
 * @returns its URL, its administrator key, `call` for JSON requests, `rss` in MB and `stop`
 */
export async function startServer({ tree = root, env = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "dossier-proof-"));
  const child = spawn(process.execPath, [join(tree, "scripts/start.mjs")], {
    cwd: folder,
    env: {
      ...process.env,
      PORT: "0",
      DOSSIER_DATA_DIR: join(folder, "data"),
      DOSSIER_ADMIN_KEY: adminKey,
      DOSSIER_RATE_LIMIT: "10000000", // 0 would disable the protection from requests without a key
      LOG_LEVEL: "fatal",
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise((done) => child.once("exit", done));
  const url = await new Promise((found, fail) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const match = /API\s+(http:\S+)\/api\/v2/.exec(text);
      if (match) found(match[1]);
    });
    child.once("exit", () => fail(new Error("the server did not start")));
  });

  async function call(method, path, fields, key = adminKey) {
    const answer = await fetch(`${url}/api/v2${path}`, {
      method,
      headers: { apiKey: key, "content-type": "application/json" },
      ...(fields ? { body: JSON.stringify(fields) } : {}),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${body.code}`);
    return body;
  }

  return {
    url,
    port: Number(new URL(url).port),
    adminKey,
    call,
    rss: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024,
    pid: child.pid,
    kill: () => child.kill("SIGKILL"),
    async stop() {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Creates a brand, a key for it alone, and `count` customers with names that searches find. */
export async function seedBrand({ call }, name, count) {
  const brand = await call("POST", "/brand", { name });
  const key = await call("POST", "/apikey", {
    name,
    permissions: ["CUSTOMER_READ", "CUSTOMER_CUD", "TICKET_READ", "TICKET_CREATE"],
    brand_ids: [brand.id],
  });
  const ids = [];
  let next = 0;
  const writers = Array.from({ length: 64 }, async () => {
    for (let n = next++; n < count; n = next++) {
      const person = personOf(n);
      const fields = { brand_id: brand.id, primary_id: `${name}-${n}`, ...person };
      ids[n] = (await call("POST", "/customer", fields, key.key)).id;
    }
  });
  await Promise.all(writers);
  return { id: brand.id, name, key: key.key, ids };
}

export const firstNames =
  "Anna Berta Carla Dora Emil Fritz Gustav Hanna Ivan Jonas Karla Lena Marta Nora Otto".split(" ");
export const lastNames =
  "Adler Becker Conrad Dietrich Ebert Fischer Gruber Hoffmann Jansen Keller Lorenz Maurer Neumann Oswald Peters Richter Schuster Thaler".split(
    " ",
  );

export function personOf(n) {
  const at = Math.imul(n + 1, 2_654_435_761) >>> 0;
  return {
    firstname: firstNames[at % firstNames.length],
    lastname: `${lastNames[(at >>> 8) % lastNames.length]}${"aeiou"[(at >>> 16) % 5]}`,
    extra_email: `person${n}@example.org`,
  };
}
