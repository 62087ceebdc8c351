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

const provenanceById: Statement = {
  name: "customer_select_provenance",
  text: `SELECT field, channel, source, key_id, CASE key_id WHEN 0 THEN $3 ELSE k.name END AS key_name, at FROM (
      SELECT 1 AS part, 0::bigint AS place, f.key AS field, NULL::bigint AS channel, f.value->>0 AS source,
          (f.value->>1)::bigint AS key_id, (f.value->>2)::timestamptz AS at
        FROM customer c CROSS JOIN LATERAL jsonb_each(c.provenance) AS f
        WHERE c.id = $2 AND ($1::bigint[] IS NULL OR c.brand_id = ANY ($1))
      UNION ALL SELECT 2, v.field_id, 'custom_' || f.name, NULL, v.source, v.key_id, v.set_at
        FROM customer_custom_value v JOIN custom_field f ON f.id = v.field_id
        WHERE v.customer_id = $2 AND ($1::bigint[] IS NULL OR v.brand_id = ANY ($1))
      UNION ALL (SELECT 3, h.id, 'channels', h.id, h.source, h.key_id, h.created_at
        FROM customer_channel h WHERE h.customer_id = $2 AND ($1::bigint[] IS NULL OR h.brand_id = ANY ($1))
        ORDER BY h.id + 0 LIMIT ${maxChannels})
    ) AS origins LEFT JOIN api_key k ON k.id = key_id AND ${isKeyVisible("k")} ORDER BY part, place, field`,
};

type ProvenanceRow = Omit<FieldProvenance, "at" | "channel"> & { at: Date; channel: number | null };

/** The provenance of a customer's own fields, its custom fields and its channels, in this order. */
export async function readProvenance(ctx: RequestContext, id: number): Promise<FieldProvenance[]> {
  const rows = await ctx.db.rows<ProvenanceRow>(provenanceById, [
    brandScope(ctx.caller),
    id,
    ctx.caller.brands === null ? administrator.name : null,
  ]);
  return rows.map(({ channel, at, ...row }) => ({
    ...row,
    ...(channel === null ? {} : { channel }),
    at: at.toISOString(),
  }));
}
