// Fixtures for tests that hold for every endpoint: a Dossier with readable responses, and records in a brand of it.
import type { Fault } from "@dossier/api";
import type { Config } from "../../src/config.ts";
import type { Log } from "../../src/log.ts";
import { startCrm, type TestCrm } from "./servers/crm-server.ts";
import {
  type RawResponse as AnyAnswer,
  type RawRequest,
  startTestServer,
  type TestServer as AnyWorld,
} from "./test-server.ts";

/** The content of responses; not every one has all of it, and a test reads what its response must have. */
export interface Body extends Record<string, unknown> {
  code: string | undefined;
  message: string;
  errors: Fault[] | undefined;
  request_id: string;
  id: number;
  customer_id: number | undefined;
  outcome: string;
  key: string;
  item: Item | undefined;
  items: Item[] | undefined;
  itemStart: number;
  itemTotal: number;
  nextCursor: string | null;
}
type Item = { id: number; brand_id: number } & Record<string, unknown>;
export type Answer = Omit<AnyAnswer, "body"> & { body: Body };
export type FixtureServer = Omit<AnyWorld, "raw"> & {
  raw(method: string, path: string, ask?: RawRequest): Promise<Answer>;
};

let crm: TestCrm | undefined;

/** An address without a listener. */
const closedPort = "127.0.0.1:9";
export const unreachableUrl = `http://${closedPort}/hook`;

/** A Dossier with readable raw responses, which may call a CRM that knows every customer. */
export async function startFixtureServer(
  { egressAllow = [], ...more }: Partial<Config> = {},
  log?: Log,
): Promise<FixtureServer> {
  return startTestServer({ ...more, egressAllow: [...egressAllow, ...(await fixtureAllowlist())] }, log);
}

/** The addresses that a Dossier must be allowed to reach so that every endpoint's valid request succeeds. */
export async function fixtureAllowlist(): Promise<string[]> {
  crm ??= await startCrm(() => [{ firstname: "Ada" }]);
  return [crm.hostPort, closedPort];
}

/** The brands with the CRM; a maker of tickets disables it, because otherwise it would be called in the background. */
const crmBrands = new Set<string>();
const nameOf = ({ world, brandId }: Fixture) => `${world.url} ${brandId}`;

export async function enableCrm(scene: Fixture): Promise<void> {
  crmBrands.add(nameOf(scene));
  await scene.world.admin.brand.update({ id: scene.brandId, crmLookupUrl: crm!.url });
}

export async function disableCrm(scene: Fixture): Promise<void> {
  if (crmBrands.delete(nameOf(scene)))
    await scene.world.admin.brand.update({ id: scene.brandId, crmLookupUrl: "" });
}

export interface Fixture {
  world: FixtureServer;
  brandId: number;
}
let count = 0;
/** A word that is unique in the run. */
export function uniqueName(word = "K"): string {
  count += 1;
  return `${word}-${count}-${process.pid}`;
}

export async function makeCustomer({ world, brandId }: Fixture) {
  const primaryId = uniqueName();
  const email = `${uniqueName("mail")}@example.org`;
  const made = await world.admin.customer.create({
    brandId,
    primaryId,
    firstname: "Ada",
    channels: [{ type: 1, address: email }],
  });
  const { item } = await world.admin.customer.find({ id: made.id });
  return { id: made.id, primaryId, email, channelId: item.channels[0]!.id };
}

export async function makeField({ world, brandId }: Fixture): Promise<number> {
  return (await world.admin.customfield.create({ brandId, name: uniqueName("f").replaceAll("-", "_") })).id;
}

/** An unlinked ticket: no customer has its contact's address. */
export async function makeTicket(
  scene: Fixture,
  from = `${uniqueName("from")}@example.org`,
): Promise<number> {
  await disableCrm(scene);
  const { world, brandId } = scene;
  return (await world.admin.ticket.create({ brandId, channel: "email", from, title: "Where is it" })).id;
}

export const brandOf = ({ brandId }: Fixture) => String(brandId);

/** A failed job. The types of jobs grow, so tests insert one that no worker handles. */
export async function makeFailedJob({ world, brandId }: Fixture): Promise<number> {
  const { rows } = await world.service.db.pool.query<{ id: number }>(
    "INSERT INTO job (kind, lane, brand_id, state, failed_at) VALUES ('test', $1, $2, 'failed', now()) RETURNING id",
    [uniqueName("lane"), brandId],
  );
  return rows[0]!.id;
}

/** Paused, so that nothing is sent in the background. */
export async function makeWebhook({ world, brandId }: Fixture): Promise<number> {
  const made = {
    url: unreachableUrl,
    events: ["customer.synced" as const],
    brandIds: [brandId],
    paused: true,
  };
  return (await world.admin.webhook.create(made)).id;
}

/** Tests need only the existence of a delivery. */
export async function makeDelivery(scene: Fixture): Promise<number> {
  const webhookId = await makeWebhook(scene);
  const { rows } = await scene.world.service.db.pool.query<{ id: number }>(
    `INSERT INTO webhook_delivery (webhook_id, brand_id, customer_id, event, payload, created_at)
      VALUES ($1, $2, 1, 'customer.synced', '{}', now()) RETURNING id`,
    [webhookId, scene.brandId],
  );
  return rows[0]!.id;
}
