/**
 * The URL by which a brand's CRM is asked. Its own query string stays as it was typed; what is asked for is appended,
 * each value as one component, so that no address can become another parameter, a path or a second request.
 */

/** Whom a CRM is asked about. */
export type Asked =
  | {
      by: "address";
      channelAddressType: "phoneNumber" | "email";
      address: string;
      ticketId?: number | undefined;
    }
  | { by: "primaryId"; primaryId: string };

/** The URL to ask. The values are well-formed texts of at most 255 characters, as the fields they come from are. */
export function lookupUrl(base: string, asked: Asked): string {
  const pairs =
    asked.by === "primaryId"
      ? [["primaryID", asked.primaryId]]
      : [
          ["channelAddressType", asked.channelAddressType],
          ["address", asked.address],
          ...(asked.ticketId === undefined ? [] : [["ticketID", String(asked.ticketId)]]),
        ];
  const query = pairs.map(([name = "", value = ""]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return `${base}${separator(base)}${query}`;
}

function separator(base: string): string {
  if (!base.includes("?")) return "?";
  return /[?&]$/.test(base) ? "" : "&";
}
