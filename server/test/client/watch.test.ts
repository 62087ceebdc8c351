// The client's stream of changes against real servers: it goes on at another one when the first has stopped, and misses
// nothing of what happened in between.
import { type ChangeEvent, createClient } from "@dossier/api";
import { expect, test } from "vitest";
import { poll } from "../support/embedded/harness.ts";
import { scrape } from "../support/scrape.ts";
import { startInstance, startTestServer, testConfig } from "../support/test-server.ts";

const world = await startTestServer();
const first = await startInstance(testConfig(world.databaseUrl));
const brandId = await world.newBrand();

test("a stream goes on at another server when its own has stopped, and has missed nothing", async () => {
  const urls = [first.url];
  const dossier = createClient({
    url: "http://localhost",
    key: world.adminKey,
    fetch: (url, init) => fetch(new URL(url.pathname, urls[0]), init),
  });
  const told: ChangeEvent[] = [];
  const leaving = new AbortController();
  const reading = (async () => {
    for await (const event of dossier.change.watch({}, { signal: leaving.signal })) told.push(event);
  })();
  const isTold = (id: number) => told.some((event) => event.type === "customer" && event.id === id);
  await poll(() => told[0]?.type === "reset");
  const { id } = await world.admin.customer.create({ brandId, firstname: "Ada" });
  await poll(() => isTold(id));
  urls[0] = world.url;
  const [, missed] = await Promise.all([
    first.app.close(),
    world.admin.customer.create({ brandId, firstname: "Grace" }),
  ]);
  await poll(() => isTold(missed.id));
  expect(told.filter(({ type }) => type === "reset")).toHaveLength(1);
  leaving.abort(new Error("enough"));
  await expect(reading).rejects.toThrow("enough");
  await poll(async () => (await scrape(world.url, world.adminKey)).value("dossier_change_streams") === 0);
});
