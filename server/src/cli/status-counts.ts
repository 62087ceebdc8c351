/** How much a server holds, asked as anybody would; what the key may not ask stays unsaid. */
import { api, DossierError, type Endpoint } from "@dossier/api";
import { type Target, type TargetOptions, withTarget } from "./target/target.ts";

/** null: the key lacks the permission. */
export interface Counts {
  brands: number | null;
  customers: number | null;
  tickets: number | null;
  /** when something was last erased by itself, in case that is known */
  last_retention: string | null;
}

/** Counts by asking for the shortest page of each list. */
export async function countAll(options: TargetOptions): Promise<Counts> {
  return withTarget(options, async (target) => ({
    brands: await totalOf(target, api.brand.list),
    customers: await totalOf(target, api.customer.list),
    tickets: await totalOf(target, api.ticket.list),
    last_retention: await lastRetention(target),
  }));
}

async function totalOf(target: Target, row: Endpoint): Promise<number | null> {
  const body = await pageOf(target, row, {});
  return body ? Number(body.itemTotal) : null;
}

async function lastRetention(target: Target): Promise<string | null> {
  const body = await pageOf(target, api.audit.list, { operation: "customer.expire" });
  const [entry] = (body?.items ?? []) as { at?: string }[];
  return entry?.at ?? null;
}

async function pageOf(target: Target, row: Endpoint, fields: Record<string, unknown>) {
  try {
    return (await target.ask({ row, fields: { ...fields, itemLimit: 1 } })).body;
  } catch (error) {
    if (error instanceof DossierError && error.code === "permission_missing") return undefined;
    throw error;
  }
}
