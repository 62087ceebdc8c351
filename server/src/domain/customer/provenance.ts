/**
 * Provenance: the source of each field of a customer, with the key and the time. It is stored beside every value,
 * written with it, and keeps a CRM from overwriting what people and programs have set. A key is named to callers that see
 * all of its brands, as in the list of keys.
 */
import type { RawCustomer as Customer } from "@dossier/api";
import type { Statement } from "../../db/database.ts";
import { type RequestContext, brandScope } from "../context.ts";
import { isKeyVisible } from "../key/key.ts";
import { administrator } from "../key/authenticator.ts";
import { maxChannels } from "./size.ts";

type FieldProvenance = NonNullable<Customer["provenance"]>[number];

/**
 * When a customer was last heard by the address of a channel `h`: the newest of its last tickets, or of what came in on
 * them. It is read, not stored, so no ticket and no message costs a write more.
 */
const lastSeen = `SELECT max(greatest(CASE t.direction WHEN 'inbound' THEN t.created_at END, m.created_at))
  FROM (SELECT ticket_id FROM ticket_term WHERE brand_id = h.brand_id AND type = 'a' AND term = h.normalised
    ORDER BY ticket_id DESC LIMIT 3) AS newest
  JOIN ticket t ON t.id = newest.ticket_id AND t.channel_type_id = h.channel_type_id AND t.customer_id = h.customer_id
  CROSS JOIN LATERAL (SELECT max(created_at) AS created_at FROM (SELECT direction, created_at FROM message
    WHERE ticket_id = t.id ORDER BY created_at DESC, id DESC LIMIT 20) AS latest WHERE direction = 'inbound') AS m`;

const provenanceById: Statement = {
  name: "customer_select_provenance",
  text: `SELECT field, channel, source, key_id, CASE key_id WHEN 0 THEN $3 ELSE k.name END AS key_name, at, seen_at FROM (
      SELECT 1 AS part, 0::bigint AS place, f.key AS field, NULL::bigint AS channel, f.value->>0 AS source,
          (f.value->>1)::bigint AS key_id, (f.value->>2)::timestamptz AS at, NULL::timestamptz AS seen_at
        FROM customer c CROSS JOIN LATERAL jsonb_each(c.provenance) AS f
        WHERE c.id = $2 AND ($1::bigint[] IS NULL OR c.brand_id = ANY ($1))
      UNION ALL SELECT 2, v.field_id, 'custom_' || f.name, NULL, v.source, v.key_id, v.set_at, NULL
        FROM customer_custom_value v JOIN custom_field f ON f.id = v.field_id
        WHERE v.customer_id = $2 AND ($1::bigint[] IS NULL OR v.brand_id = ANY ($1))
      UNION ALL (SELECT 3, h.id, 'channels', h.id, h.source, h.key_id, h.created_at, (${lastSeen})
        FROM customer_channel h WHERE h.customer_id = $2 AND ($1::bigint[] IS NULL OR h.brand_id = ANY ($1))
        ORDER BY h.id + 0 LIMIT ${maxChannels})
    ) AS origins LEFT JOIN api_key k ON k.id = key_id AND ${isKeyVisible("k")} ORDER BY part, place, field`,
};

type ProvenanceRow = Omit<FieldProvenance, "at" | "channel" | "last_seen_at"> & {
  at: Date;
  channel: number | null;
  seen_at: Date | null;
};

/** The provenance of a customer's own fields, its custom fields and its channels, in this order. */
export async function readProvenance(ctx: RequestContext, id: number): Promise<FieldProvenance[]> {
  const rows = await ctx.db.rows<ProvenanceRow>(provenanceById, [
    brandScope(ctx.caller),
    id,
    ctx.caller.brands === null ? administrator.name : null,
  ]);
  return rows.map(({ channel, at, seen_at, ...row }) => ({
    ...row,
    ...(channel === null ? {} : { channel }),
    at: at.toISOString(),
    ...(channel === null ? {} : { last_seen_at: seen_at?.toISOString() ?? null }),
  }));
}
