/**
 * Target reader: reads the new server by its own endpoints, over the network or in process. Calls that are rejected
 * temporarily are retried, so that a rate limit does not count as a difference.
 */
import { builtinTypes, type ChannelType, DossierError, type ListOptions } from "@dossier/api";
import { maxTimelineItems, type Page, type Reader, ReadError, type JsonObject } from "./reader.ts";
import { parseItem, parsePage } from "./server.ts";
import { toCommandFailure } from "../error-report.ts";
import type { Target } from "../target/target.ts";

const emptyPage: Page = { items: [], total: 0 };

/** Long enough for a rate limit per minute; a server that does not respond at all is reported at once. */
const persistent: ListOptions = {
  timeout: 390_000,
  tryTimeout: 60_000,
  retry: { attempts: 6, delay: 1000, maxDelay: 16_000, when: ({ status }) => status > 0 },
};

/** The items read of a timeline: more than of the old one, because items near its end may be in another order. */
const timelineLimit = maxTimelineItems + 99;

/** Reads a target. */
export function targetReader(target: Target): Reader {
  const call = (name: string, input: JsonObject) =>
    unlessMissing(target, name, async () => (await target.client.call(name, input, persistent)).body);
  const page = async (name: string, input: JsonObject) => parsePage(await call(name, input)) ?? emptyPage;
  return {
    list: ({ brand, ...fields }) => page("customer.list", { ...fields, brandId: brand }),
    find: async (id) => parseItem(await call("customer.find", { id })),
    byPrimaryId: async (primaryId, brandId) =>
      (await page("customer.listByPrimaryId", { primaryId, brandId })).items,
    byAddress: async (value, brandId) => (await page("customer.listByChannel", { value, brandId })).items,
    async timeline(primaryId, brandId) {
      const input = { primaryId, brandId, getTicketHistory: "1" };
      const pages = await readPages(target, "customer.listTimeline", input, timelineLimit);
      const last = parsePage(pages.at(-1));
      return last && { ...last, items: pages.flatMap(({ items }) => items) };
    },
  };
}

/** The brands of a target by number. */
export async function brandsOf(target: Target): Promise<Map<number, string>> {
  const pages = await readPages(target, "brand.list");
  return new Map(pages.flatMap(({ items }) => items).map(({ name, id }) => [Number(id), String(name)]));
}

/** The channel types of a target, with their address rules. */
export async function typesOf(target: Target): Promise<ChannelType[]> {
  const pages = await readPages(target, "channel.list");
  return pages
    .flatMap(({ items }) => items)
    .map(({ id, channel_id: number, name }) => ({
      id: Number(id),
      channel_id: Number(number),
      name: String(name),
      rule: builtinTypes.find((type) => type.id === id)?.rule ?? "plain",
    }));
}

/** The pages of a list, up to a limit of items; none for a missing record. */
async function readPages(
  target: Target,
  name: string,
  input: JsonObject = {},
  limit = Infinity,
): Promise<{ items: JsonObject[] }[]> {
  const pages: { items: JsonObject[] }[] = [];
  await unlessMissing(target, name, async () => {
    for await (const page of target.client.pages(name, input, { ...persistent, limit })) pages.push(page);
  });
  return pages;
}

/** A 404 is an empty result; a rejected key ends the comparison, any other error only this read. */
async function unlessMissing<T>(
  target: Target,
  name: string,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DossierError)) throw error;
    const { code, status } = error;
    if (code === "not_found") return undefined;
    const isFatal = code === "rate_limited" || code === "unavailable" || status === 401 || status === 403;
    if (isFatal) throw toCommandFailure(error, name, { hasKey: target.hasKey });
    throw new ReadError(`${status} ${code}`);
  }
}
