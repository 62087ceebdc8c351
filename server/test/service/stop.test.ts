// Stop of a server: requests in flight are ended, even if their client has disconnected.
import pg from "pg";
import { expect, test } from "vitest";
import { openLog } from "../../src/log.ts";
import { startService } from "../../src/service/service.ts";
import { createTestDatabase } from "../support/database.ts";
import { poll } from "../support/embedded/harness.ts";
import { untilWaiting } from "../support/lock-watch.ts";
import { testConfig } from "../support/test-server.ts";

test("a stop ends the statements of callers that have left before it closes the database, and logs no error", async () => {
  const { url } = await createTestDatabase();
  const lines: string[] = [];
  const log = openLog("info", false, { write: (line: string) => void lines.push(line) });
  const service = await startService(testConfig(url), log);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("BEGIN; LOCK TABLE brand"); // the first of the statements that a list is read by
    const leaving = new AbortController();
    const headers = { apiKey: testConfig("").adminKey ?? "" };
    const left = fetch(`${service.url}/api/v2/customer`, { headers, signal: leaving.signal }).catch(
      () => "left",
    );
    await untilWaiting(service.db.pool);
    leaving.abort();
    expect(await left).toBe("left");
    const order: string[] = [];
    const closed = service.app.close().then(() => order.push("closed"));
    // All connections are closed: apart from requests in flight, the rest takes some turns of the loop.
    await poll(() => !service.app.server.listening);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((done) => void setImmediate(done));
    order.push("released");
    await client.query("COMMIT");
    await closed;
    expect(order).toEqual(["released", "closed"]);
    await service.stop();
    expect(lines.filter((line) => !line.includes('"level":30'))).toEqual([]);
  } finally {
    await client.end();
  }
});
