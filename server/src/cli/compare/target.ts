/** The new server as the comparison reads it: by its own endpoints, over a network or beside its data. */
import { api, type ChannelType, DossierError, builtinTypes, type Endpoint } from "@dossier/api";
import { longestTimeline, type Page, type Reader, ReadRefusal, type Thing } from "./reader.ts";
import { itemOf, pageOf } from "./server.ts";
import { waitBeforeNext } from "../compare-wait.ts";
import { refusalOf } from "../error-report.ts";
import type { Target } from "../target/target.ts";

const pageSize = 99;
const nobody: Page = { items: [], total: 0 };

/** Reads a target. */
export function readTarget(target: Target): Reader {
  const call = (name: string, row: Endpoint, fields: Thing) => callPatiently(target, name, row, fields);
  return {
    list: async ({ brand, ...fields }) =>
      pageOf(await call("customer.list", api.customer.list, { ...fields, brandId: brand })) ?? nobody,
    find: async (id) => itemOf(await call("customer.find", api.customer.find, { id })),
    async byPrimaryId(primaryId, brandId) {
      const row = api.customer.listByPrimaryId;
      return (pageOf(await call("customer.listByPrimaryId", row, { primaryId, brandId })) ?? nobody).items;
    },
    async byAddress(value, brandId) {
      const row = api.customer.listByChannel;
      return (pageOf(await call("customer.listByChannel", row, { value, brandId })) ?? nobody).items;
    },
    async timeline(primaryId, brandId) {
      const row = api.customer.listTimeline;
      const fields = { primaryId, brandId, getTicketHistory: "1" };
      const items: Thing[] = [];
      for (let cursor: unknown; ; ) {
        const from = cursor === undefined ? {} : { cursor };
        const body = await call("customer.listTimeline", row, { ...fields, itemLimit: pageSize, ...from });
        const page = pageOf(body);
        if (!page) return undefined;
        items.push(...page.items);
        cursor = (body as Thing).nextCursor;
        if (cursor === null || items.length >= longestTimeline + pageSize) return { ...page, items };
      }
    },
  };
}

/** The brands of a target by their numbers. */
export async function brandsOf(target: Target): Promise<Map<number, string>> {
  const brands = await readAll(target, "brand.list", api.brand.list);
  return new Map(brands.map(({ name, id }) => [Number(id), String(name)]));
}

/** The channel types of a target, with the rules their addresses follow. */
export async function typesOf(target: Target): Promise<ChannelType[]> {
  const types = await readAll(target, "channel.list", api.channel.list);
  return types.map(({ id, channel_id: number, name }) => ({
    id: Number(id),
    channel_id: Number(number),
    name: String(name),
    rule: builtinTypes.find((type) => type.id === id)?.rule ?? "plain",
  }));
}

async function readAll(target: Target, name: string, row: Endpoint): Promise<Thing[]> {
  const items: Thing[] = [];
  for (let itemStart = 0; ; itemStart = items.length) {
    const body = await callPatiently(target, name, row, { itemLimit: pageSize, itemStart });
    const page = pageOf(body) ?? nobody;
    items.push(...page.items);
    if (page.items.length < pageSize) return items;
  }
}

/** What is not there is nothing; a refused key ends everything, any other refusal this one read. */
async function callPatiently(target: Target, name: string, row: Endpoint, fields: Thing): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await target.ask({ row, fields })).body;
    } catch (error) {
      if (!(error instanceof DossierError)) throw error;
      if (error.code === "not_found") return undefined;
      const isEarly = error.code === "rate_limited" || error.code === "unavailable";
      if (isEarly && (await waitBeforeNext(attempt, error.retryAfter))) continue;
      const isOfAll = isEarly || error.status === 401 || error.status === 403;
      if (isOfAll) throw refusalOf(error, name, row, { hasKey: target.hasKey });
      throw new ReadRefusal(`${error.status} ${error.code}`);
    }
  }
}
