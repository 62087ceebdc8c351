/** The new server as the comparison reads it: by its own endpoints, over a network or beside its data. */
import { api, DossierError, type Endpoint } from "@dossier/api";
import { setTimeout as wait } from "node:timers/promises";
import { itemOf, pageOf, type Reader, type Thing } from "./compare-server.ts";
import { refusalOf } from "./refusal.ts";
import type { Target } from "./target.ts";

const attempts = 6;

/** Reads a target. What it does not have is nothing, what it refuses ends the comparison. */
export function readTarget(target: Target): Reader {
  const call = (name: string, row: Endpoint, fields: Thing) => callPatiently(target, name, row, fields);
  return {
    list: async ({ brand, ...fields }) =>
      pageOf(await call("customer.list", api.customer.list, { ...fields, brandId: brand })),
    find: async (id) => itemOf(await call("customer.find", api.customer.find, { id })),
    byPrimaryId: async (primaryId, brandId) =>
      pageOf(await call("customer.listByPrimaryId", api.customer.listByPrimaryId, { primaryId, brandId }))
        .items,
    byAddress: async (address, brandId) =>
      pageOf(await call("customer.listByChannel", api.customer.listByChannel, { value: address, brandId }))
        .items,
    async timeline(primaryId, brandId) {
      const fields = { primaryId, brandId, getTicketHistory: "1", itemLimit: 99 };
      const answer = await call("customer.listTimeline", api.customer.listTimeline, fields);
      return answer === undefined ? undefined : pageOf(answer);
    },
  };
}

/** The brands of a target by their names; none when the key may not see them. */
export async function brandsOf(target: Target): Promise<Map<string, number>> {
  const body = await callPatiently(target, "brand.list", api.brand.list, { itemLimit: 99 });
  return new Map(pageOf(body).items.map(({ name, id }) => [String(name), Number(id)]));
}

async function callPatiently(target: Target, name: string, row: Endpoint, fields: Thing): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await target.ask({ row, fields })).body;
    } catch (error) {
      if (!(error instanceof DossierError)) throw error;
      if (error.code === "not_found") return undefined;
      const soon = error.code === "rate_limited" || error.code === "unavailable";
      if (!soon || attempt === attempts) throw refusalOf(error, name, row, { hasKey: target.hasKey });
      await wait((error.retryAfter ?? 1) * 1000);
    }
  }
}
