/**
 * URL of a CRM lookup. The brand's own query string stays as entered; the query is appended, each value as one
 * component, so that no address can become another parameter, a path or a second request.
 */

/** The subject of a lookup. */
export type LookupQuery =
  | {
      by: "address";
      channelAddressType: "phoneNumber" | "email";
      address: string;
      ticketId?: number | undefined;
    }
  | { by: "primaryId"; primaryId: string };

/**
 * The URL of the lookup. The values are well-formed texts of at most 255 characters, as the fields they come from are.
 */
export function lookupUrl(base: string, query: LookupQuery): string {
  const pairs =
    query.by === "primaryId"
      ? [["primaryID", query.primaryId]]
      : [
          ["channelAddressType", query.channelAddressType],
          ["address", query.address],
          ...(query.ticketId === undefined ? [] : [["ticketID", String(query.ticketId)]]),
        ];
  const queryString = pairs
    .map(([name = "", value = ""]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
  return `${base}${separator(base)}${queryString}`;
}

function separator(base: string): string {
  if (!base.includes("?")) return "?";
  return /[?&]$/.test(base) ? "" : "&";
}
