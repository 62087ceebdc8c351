/**
 * Asking a brand's CRM: one request, never inside a transaction, for at most five seconds. Of identical requests under
 * way in a process there is one. Whatever goes wrong becomes a `CrmFailure`, and no word of the answer is kept.
 */
import { notFound } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { type Outside, type OutsideAnswer, OutsideError } from "../../egress/client.ts";
import { type Caller, sees } from "../context.ts";
import type { Brand } from "../brand/brand.ts";
import { openHeaders } from "../brand/settings.ts";
import { CrmFailure, readResults, type Result } from "./response.ts";
import { type Asked, lookupUrl } from "./query.ts";

/** A brand with all that its CRM is asked by; the headers are still sealed. */
export type CrmBrand = Brand & { crm_headers: Buffer | null };

const brandWithHeaders: Statement = { name: "crm_brand", text: "SELECT * FROM brand WHERE id = $1" };

/** The brand, if it exists and the caller may know of it. */
export async function findCrmBrand(
  { db, caller }: { db: Db | Tx; caller: Caller },
  id: number,
): Promise<CrmBrand> {
  const row = sees(caller, id) ? await db.row<CrmBrand>(brandWithHeaders, [id]) : undefined;
  if (!row) throw notFound("brand");
  return row;
}

/** In milliseconds, all told. */
const patience = 5000;

/** What asking takes. */
export interface Asking {
  outside: Outside;
  secret: Buffer;
}

/**
 * What the CRM answers, whatever that is.
 *
 * @throws CrmFailure when it does not
 */
export async function ask(asking: Asking, brand: CrmBrand, asked: Asked): Promise<OutsideAnswer> {
  const headers = headersOf(asking.secret, brand);
  const url = lookupUrl(brand.crm_lookup_url, asked);
  try {
    return await shared(asking.outside, JSON.stringify([brand.id, url, headers]), () =>
      asking.outside.send({ url, method: "GET", headers, share: `brand:${brand.id}`, patience }),
    );
  } catch (error) {
    if (error instanceof OutsideError) throw failureOf(error);
    throw error;
  }
}

/** The results of a lookup; none: nobody is known. */
export async function lookUp(asking: Asking, brand: CrmBrand, asked: Asked): Promise<Result[]> {
  return readResults(await ask(asking, brand, asked));
}

function headersOf(secret: Buffer, brand: CrmBrand): Record<string, string> {
  try {
    const headers = openHeaders(secret, brand.id, brand.crm_headers);
    const hasAccept = Object.keys(headers).some((name) => name.toLowerCase() === "accept");
    return hasAccept ? headers : { accept: "application/json", ...headers };
  } catch {
    throw new CrmFailure(
      "The brand's crm_headers were kept under another secret of this installation: set them again.",
      { isFinal: true },
    );
  }
}

const underWay = new WeakMap<Outside, Map<string, Promise<OutsideAnswer>>>();

/** The answer of the identical request under way, or of a new one. */
function shared(outside: Outside, key: string, send: () => Promise<OutsideAnswer>): Promise<OutsideAnswer> {
  const runs = underWay.get(outside) ?? new Map<string, Promise<OutsideAnswer>>();
  underWay.set(outside, runs);
  const before = runs.get(key);
  if (before) return before;
  const run = send().finally(() => runs.delete(key));
  runs.set(key, run);
  return run;
}

function failureOf({ kind, retryAfter }: OutsideError): CrmFailure {
  switch (kind) {
    case "timeout":
      return new CrmFailure("The CRM's answer took too long.", { code: "crm_timeout" });
    case "too_large":
      return new CrmFailure("The CRM's answer is over 256 KiB.");
    case "busy":
      return new CrmFailure("Too many requests to this brand's CRM are under way.", {
        retryAfter: retryAfter ?? 1,
      });
    case "left_alone":
      return new CrmFailure("The CRM has failed several times in a row and is left alone for a while.", {
        retryAfter,
      });
    default:
      return new CrmFailure("The CRM could not be reached.");
  }
}
