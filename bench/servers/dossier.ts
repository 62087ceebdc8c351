/** A Dossier as an operator starts it, on a database of the benchmark, with an ordinary key. */
import { randomBytes } from "node:crypto";
import { makeFolder, start } from "./processes.ts";

/** Signs cursors: the process and the recorder of statements must use the same. */
export const secret = randomBytes(32).toString("hex");

export interface Dossier {
  url: string;
  /** may read and write customers and tickets of brand 1 */
  key: string;
  pid: number;
  stop(): Promise<void>;
}

const ordinary = ["CUSTOMER_READ", "CUSTOMER_CUD", "TICKET_READ", "TICKET_CREATE", "MESSAGE_CREATE"];

/** Starts the bundle with production settings on the database of a URL. */
export async function startDossier(
  databaseUrl: string,
  workers = 1,
  permissions = ordinary,
): Promise<Dossier> {
  const adminKey = randomBytes(24).toString("hex");
  const child = start(process.execPath, ["scripts/start.mjs"], {
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      PORT: "0",
      DATABASE_URL: databaseUrl,
      DOSSIER_DATA_DIR: makeFolder(),
      DOSSIER_ADMIN_KEY: adminKey,
      DOSSIER_SECRET: secret,
      DOSSIER_RATE_LIMIT: "0",
      DOSSIER_WORKERS: String(workers),
      LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  const url = await new Promise<string>((found, fail) => {
    let text = "";
    child.stdout?.on("data", (part: Buffer) => {
      text += part.toString();
      const said = /API\s+(http:\S+)\/api\/v2/.exec(text)?.[1];
      if (said) found(said);
    });
    child.once("close", () => fail(new Error(`Dossier did not start:\n${text}`)));
  });
  const answer = await fetch(`${url}/api/v2/apikey`, {
    method: "POST",
    headers: { apiKey: adminKey, "content-type": "application/json" },
    body: JSON.stringify({ name: "bench", permissions, brand_ids: [1] }),
  });
  const { key } = (await answer.json()) as { key?: string };
  if (!key) throw new Error(`no key was made: ${answer.status}`);
  return {
    url,
    key,
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
