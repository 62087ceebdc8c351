// Stop of `npm start` in a terminal: Ctrl-C reaches npm, the shell and the server.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createClient } from "@dossier/api";
import { expect, test } from "vitest";
import { duplicateMs } from "../../src/cli/stop-signals.ts";
import { poll } from "../support/embedded/harness.ts";
import { emptyFolder } from "../support/run-cli.ts";
import { ctrlC, hasTerminal, openTerminal, urlOf } from "../support/servers/terminal.ts";

const adminKey = "test-administrator-key-0123456789";
const openServer = (dataDir: string) =>
  openTerminal({ DOSSIER_DATA_DIR: dataDir, DOSSIER_ADMIN_KEY: adminKey });

interface Written {
  created: number;
  /** responses that are neither a success nor a refusal in the API's format */
  foreign: string[];
  /** the primary id of the request that got no response */
  unanswered: string;
}

/** Creates customers one after the other, and counts them, until a request is refused or gets no response. */
async function write(url: string, n: number, written: Written): Promise<void> {
  for (;;) {
    const primaryId = `writer-${n}-${written.created}`;
    try {
      const answer = await fetch(`${url}/customer`, {
        method: "POST",
        headers: { apiKey: adminKey, "content-type": "application/json" },
        body: JSON.stringify({ brand_id: 1, primary_id: primaryId }),
      });
      const { code } = (await answer.json()) as { code?: string };
      if (answer.status === 200) written.created += 1;
      else if (answer.status === 503 && code === "unavailable") return;
      else written.foreign.push(`${answer.status} ${code}`);
    } catch {
      written.unanswered = primaryId;
      return;
    }
  }
}

/** Which of these primary ids have a customer. */
async function storedOf(url: string, primaryIds: readonly string[]): Promise<string[]> {
  const { customer } = createClient({ url: new URL(url).origin, key: adminKey }).raw;
  const found = await Promise.all(primaryIds.map((primaryId) => customer.listByPrimaryId({ primaryId })));
  return primaryIds.filter((_, n) => (found[n]?.itemTotal ?? 0) > 0);
}

test.skipIf(!hasTerminal)(
  "Ctrl-C under npm start ends the server in order: accepted requests are answered, and the next start recovers nothing",
  async () => {
    const dataDir = emptyFolder();
    let unanswered: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const terminal = openServer(dataDir);
      await poll(() => urlOf(terminal.shown()) !== undefined);
      const url = urlOf(terminal.shown()) as string;
      // A request without a response was never accepted.
      expect(await storedOf(url, unanswered)).toEqual([]);
      const written = Array.from(
        { length: 16 },
        (): Written => ({ created: 0, foreign: [], unanswered: "" }),
      );
      const writers = written.map((one, n) => write(url, 100 * round + n, one));
      await poll(() => written.every(({ created }) => created > 1));
      terminal.press(ctrlC);
      await Promise.all(writers);
      expect(written.flatMap(({ foreign }) => foreign)).toEqual([]);
      unanswered = written.flatMap((one) => one.unanswered || []);
      expect(await terminal.ended).toBe(0);
      expect(terminal.shown()).toContain("stopped");
    }
    expect(readFileSync(join(dataDir, "postgres.log"), "utf8")).not.toMatch(
      /not properly shut down|interrupted/,
    );
  },
);

test.skipIf(!hasTerminal)(
  "Ctrl-C during the start stops it when it is done, and the key is shown",
  async () => {
    const dataDir = emptyFolder();
    const terminal = openServer(dataDir);
    await poll(() => terminal.shown().includes("Migrating"));
    terminal.press(ctrlC);
    expect(await terminal.ended).toBe(0);
    expect(terminal.shown()).toMatch(/stopping as soon as the start is done[\s\S]*API[\s\S]*stopped/);
  },
);

test.skipIf(!hasTerminal)(
  "a second Ctrl-C after two seconds ends the server at once, and says so",
  async () => {
    const terminal = openServer(emptyFolder());
    await poll(() => urlOf(terminal.shown()) !== undefined);
    const { port } = new URL(urlOf(terminal.shown()) as string);
    // An upload that does not end keeps the server from stopping.
    const upload = connect(Number(port), "127.0.0.1");
    upload.on("error", () => undefined);
    upload.write(
      `POST /api/v2/customer HTTP/1.1\r\nHost: x\r\napiKey: ${adminKey}\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n`,
    );
    await once(upload, "data"); // 100 Continue: the request is in flight
    terminal.press(ctrlC);
    await poll(() => terminal.shown().includes("stopping"));
    await new Promise((done) => setTimeout(done, duplicateMs + 100)); // the rule is about this time
    terminal.press(ctrlC);
    expect(await terminal.ended).not.toBe(0);
    expect(terminal.shown()).toContain("ending at once");
  },
);
