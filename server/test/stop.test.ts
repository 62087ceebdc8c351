// What is under way when a server stops is ended, whoever asked for it and has left.
import pg from "pg";
import { expect, test } from "vitest";
import { openLog } from "../src/log.ts";
import { startService } from "../src/service.ts";
import { freshDatabase } from "./database.ts";
import { untilWaiting } from "./waiting.ts";
import { settings } from "./world.ts";

test("what a caller asked for who has left is ended before the database is closed, and nothing is complained of", async () => {
  const { url } = await freshDatabase();
  const lines: string[] = [];
  const log = openLog("info", false, { write: (line: string) => void lines.push(line) });
  const service = await startService(settings(url), log);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("BEGIN; LOCK TABLE brand"); // the first of the statements that a list is read by
    const leaving = new AbortController();
    const headers = { apiKey: settings("").adminKey ?? "" };
    const left = fetch(`${service.url}/api/v2/customer`, { headers, signal: leaving.signal }).catch(
      () => "left",
    );
    await untilWaiting(service.db.pool);
    leaving.abort();
    expect(await left).toBe("left");
    const stopped = service.stop();
    await new Promise((done) => void setTimeout(done, 300)); // the server has closed what it can by then
    await client.query("COMMIT");
    await stopped;
    expect(lines.filter((line) => !line.includes('"level":30'))).toEqual([]);
  } finally {
    await client.end();
  }
});
