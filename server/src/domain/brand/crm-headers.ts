/**
 * Headers for a brand's CRM: secrets, sealed for their brand and for the origin (scheme, host and port) of its CRM. They
 * do not open for another origin, and only their names are ever shown.
 */
import { invalid } from "@dossier/api";
import type { Secret } from "../context.ts";
import { open, seal } from "../encryption.ts";
import type { Brand } from "./row.ts";

/**
 * Seals headers for a brand; null for none.
 *
 * @throws DossierError on `crm_headers` if the brand has no CRM to send them to
 */
export function sealHeaders(secret: Secret, brand: Brand, headers: Record<string, string>): Buffer | null {
  if (Object.keys(headers).length === 0) return null;
  const { id, crm_lookup_url: url } = brand;
  if (url !== "") return seal(secret, encryptionContext(id, url), JSON.stringify(headers));
  const message = "needs crm_lookup_url: headers are kept for the CRM they are given for";
  throw invalid([{ field: "crm_headers", message }]);
}

/**
 * Opens the CRM headers of a brand.
 *
 * @throws Error if they were sealed for another origin than that of the brand's CRM, or under neither the current nor
 * the previous installation secret
 */
export function openHeaders(
  secret: Secret,
  { id, crm_lookup_url: url }: Brand,
  sealed: Buffer | null,
): Record<string, string> {
  if (sealed === null) return {};
  return JSON.parse(open(secret, encryptionContext(id, url), sealed)) as Record<string, string>;
}

/**
 * Checks that headers that were not sent again may go to the brand's new CRM address.
 *
 * @throws DossierError on `crm_headers` if they were given for another origin
 */
export function assertStoredHeadersOpen(secret: Secret, brand: Brand, sealed: Buffer | null): void {
  if (brand.crm_lookup_url === "") return;
  try {
    openHeaders(secret, brand, sealed);
  } catch {
    const { origin } = new URL(brand.crm_lookup_url);
    const message = `must be sent again with this crm_lookup_url, or empty: those kept were not given for ${origin}`;
    throw invalid([{ field: "crm_headers", message }]);
  }
}

/** The encryption context of the headers of a brand's CRM. */
export const encryptionContext = (brandId: number, url: string) =>
  `brand:${brandId} crm_headers ${new URL(url).origin}`;
