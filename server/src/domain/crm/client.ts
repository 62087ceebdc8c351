/**
 * CRM client: one request, never inside a transaction, for at most five seconds. Identical requests in flight in a
 * process are one (single-flight). Every failure becomes a `CrmError`, without any text of the response.
 */
import { notFound } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { type EgressClient, type EgressResponse, EgressError } from "../../egress/client.ts";
import { type Caller, type Secret, canSeeBrand } from "../context.ts";
import { openHeaders } from "../brand/crm-headers.ts";
import { type Brand, brandColumns } from "../brand/row.ts";
import { CrmError, parseResults, type CrmResult } from "./response.ts";
import { type LookupQuery, lookupUrl } from "./query.ts";

/** A brand with everything a CRM request needs; the headers are still sealed. */
export type CrmBrand = Brand & { crm_headers: Buffer | null };

const selectCrmBrand: Statement = {
  name: "crm_select_brand",
  text: `SELECT ${brandColumns}, crm_headers FROM brand WHERE id = $1`,
};

/** The brand, if it exists and the caller may see it. */
export async function findCrmBrand(
  { db, caller }: { db: Db | Tx; caller: Caller },
  id: number,
): Promise<CrmBrand> {
  const row = canSeeBrand(caller, id) ? await db.row<CrmBrand>(selectCrmBrand, [id]) : undefined;
  if (!row) throw notFound("brand");
  return row;
}

/** In milliseconds, for the whole request. */
const timeoutMs = 5000;

export interface CrmDeps {
  egress: EgressClient;
  secret: Secret;
}

/**
 * Returns the CRM's response, whatever its content.
 *
 * @throws CrmError if there is none
 */
export async function requestLookup(
  deps: CrmDeps,
  brand: CrmBrand,
  query: LookupQuery,
): Promise<EgressResponse> {
  const headers = requestHeaders(deps.secret, brand);
  const url = lookupUrl(brand.crm_lookup_url, query);
  try {
    return await singleFlight(deps.egress, JSON.stringify([brand.id, url, headers]), () =>
      deps.egress.send({ url, method: "GET", headers, concurrencyKey: `brand:${brand.id}`, timeoutMs }),
    );
  } catch (error) {
    if (error instanceof EgressError) throw toCrmError(error);
    throw error;
  }
}

/** The results of a lookup; empty if the CRM knows no such customer. */
export async function lookUp(deps: CrmDeps, brand: CrmBrand, query: LookupQuery): Promise<CrmResult[]> {
  return parseResults(brand, await requestLookup(deps, brand, query));
}

function requestHeaders(secret: Secret, brand: CrmBrand): Record<string, string> {
  try {
    const headers = openHeaders(secret, brand, brand.crm_headers);
    const hasAccept = Object.keys(headers).some((name) => name.toLowerCase() === "accept");
    return hasAccept ? headers : { accept: "application/json", ...headers };
  } catch {
    throw new CrmError(
      "The brand's crm_headers do not open: they were given for another origin than crm_lookup_url has, or kept under another secret of this installation. Nothing was sent; set them again.",
      { isFinal: true },
    );
  }
}

const requestsInFlight = new WeakMap<EgressClient, Map<string, Promise<EgressResponse>>>();

/** Returns the response of the identical request in flight, or of a new one. */
function singleFlight(
  egress: EgressClient,
  key: string,
  send: () => Promise<EgressResponse>,
): Promise<EgressResponse> {
  const inFlight = requestsInFlight.get(egress) ?? new Map<string, Promise<EgressResponse>>();
  requestsInFlight.set(egress, inFlight);
  const running = inFlight.get(key);
  if (running) return running;
  const run = send().finally(() => inFlight.delete(key));
  inFlight.set(key, run);
  return run;
}

function toCrmError({ kind, retryAfter }: EgressError): CrmError {
  switch (kind) {
    case "timeout":
      return new CrmError("The CRM's answer took too long.", { code: "crm_timeout" });
    case "too_large":
      return new CrmError("The CRM's answer is over 256 KiB.");
    case "busy":
      return new CrmError("Too many requests to this brand's CRM are in flight.", {
        retryAfter: retryAfter ?? 1,
      });
    case "circuit_open":
      return new CrmError("The CRM failed repeatedly and is not asked for 30 s.", {
        retryAfter,
      });
    default:
      return new CrmError("The CRM could not be reached.");
  }
}
