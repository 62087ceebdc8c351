/** Record counts of a server, read through its endpoints like any client does; a count without permission is null. */
import { DossierError } from "@dossier/api";
import type { Target, TargetOptions } from "./target/target.ts";
import { withTarget } from "./target/open.ts";

/** null: the key lacks the permission. */
export interface Counts {
  brands: number | null;
  customers: number | null;
  tickets: number | null;
  /** the time of the last retention run, if it is known */
  last_retention: string | null;
}

/** Counts by requesting the shortest page of each list. */
export async function countAll(options: TargetOptions): Promise<Counts> {
  return withTarget(options, async (target) => ({
    brands: await totalOf(target, "brand.list"),
    customers: await totalOf(target, "customer.list"),
    tickets: await totalOf(target, "ticket.list"),
    last_retention: await lastRetention(target),
  }));
}

async function totalOf(target: Target, list: string): Promise<number | null> {
  const body = await pageOf(target, list, {});
  return body ? Number(body.itemTotal) : null;
}

async function lastRetention(target: Target): Promise<string | null> {
  const body = await pageOf(target, "audit.list", { operation: "customer.expire" });
  const [entry] = (body?.items ?? []) as { at?: string }[];
  return entry?.at ?? null;
}

async function pageOf(target: Target, list: string, input: Record<string, unknown>) {
  try {
    return (await target.client.call(list, { ...input, itemLimit: 1 })).body;
  } catch (error) {
    if (error instanceof DossierError && error.code === "permission_missing") return undefined;
    throw error;
  }
}
