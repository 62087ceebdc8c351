// Start and stop: what a failed start must not use up, and which clients may delay a stop.
import { connect, createServer } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { openLog } from "../../src/log.ts";
import { startService } from "../../src/service/service.ts";
import { createTestDatabase } from "../support/database.ts";
import { testConfig } from "../support/test-server.ts";

const quiet = openLog("silent", false);

test("the first key is made by the first start that succeeds, and shown by it alone", async () => {
  const { url } = await createTestDatabase();
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const address = taken.address();
  const port = typeof address === "object" && address ? address.port : 0;
  await expect(startService(testConfig(url, { adminKey: undefined, port }), quiet)).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
  taken.close();
  const first = await startService(testConfig(url, { adminKey: undefined }), quiet);
  await first.stop();
  const second = await startService(testConfig(url, { adminKey: undefined }), quiet);
  await second.stop();
  expect(first.firstKey).toMatch(/^dsr_[0-9A-Za-z]{49}$/);
  expect(second.firstKey).toBeUndefined();
});

test("a caller who never finishes a request cannot keep the server from stopping", async () => {
  const config = testConfig((await createTestDatabase()).url);
  const service = await startService(config, quiet);
  const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  const underWay = once(socket, "data"); // "100 Continue": the server has the head and waits for the body
  const head = `POST /api/v2/session HTTP/1.1\r\nHost: x\r\napiKey: ${config.adminKey}\r\nContent-Type: application/json\r\n`;
  socket.write(`${head}Expect: 100-continue\r\nContent-Length: 10\r\n\r\n{`);
  await underWay;
  const cut = once(socket, "close");
  await service.stop();
  await cut;
});
