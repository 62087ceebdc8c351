// Clients that leave: a request whose client has gone ends, whatever it waits for, so that a stop is not held up by it.
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "@dossier/api";
import pg from "pg";
import { expect, test } from "vitest";
import { openLog } from "../../src/log.ts";
import { startService } from "../../src/service/service.ts";
import { createTestDatabase } from "../support/database.ts";
import { testConfig } from "../support/test-server.ts";
import { scrape } from "../support/scrape.ts";

test("a stop does not wait for requests whose clients left while their keys were looked up", async () => {
  const database = await createTestDatabase();
  const config = testConfig(database.url, { rateLimit: 0 });
  const service = await startService(config, openLog("silent", false), { drainMs: 10 });
  const adminKey = config.adminKey ?? "";
  const admin = createClient({ url: service.url, key: adminKey });
  const { key } = await admin.key.create({ name: "shop", permissions: ["CUSTOMER_READ", "CUSTOMER_CUD"] });
  const blocker = new pg.Client({ connectionString: database.url });
  await blocker.connect();
  await blocker.query("BEGIN; LOCK TABLE api_key IN ACCESS EXCLUSIVE MODE");

  const body = JSON.stringify({ query: "ada" });
  for (const sent of [body, body.slice(0, 5)]) {
    const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
    await once(socket, "connect");
    socket.write(
      `POST /api/v2/customer/search HTTP/1.1\r\nHost: x\r\napiKey: ${key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${sent}`,
    );
    const inProgress = async () =>
      (await scrape(service.url, adminKey)).value("dossier_http_admission_in_progress", { kind: "read" });
    await expect.poll(inProgress).toBe(1);
    socket.destroy();
    await expect.poll(inProgress).toBe(0);
  }
  await blocker.query("ROLLBACK");
  await blocker.end();

  const stopped = service.stop().then(() => "stopped");
  expect(await Promise.race([stopped, wait(20_000, "still waiting", { ref: false })])).toBe("stopped");
});
