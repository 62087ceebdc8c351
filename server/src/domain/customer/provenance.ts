/**
 * Where each field of a customer came from: who set it, by which key, when. It stands beside every value, is written
 * with it, and is what keeps a CRM from overwriting what people and programs have set.
 */
import type { Customer } from "@dossier/api";
import type { Statement } from "../../db/database.ts";
import { type Ask, scopeOf } from "../context.ts";

type Origin = NonNullable<Customer["provenance"]>[number];

const originsById: Statement = {
  name: "customer_origins",
  text: `SELECT field, channel, source, key_id, at FROM (
      SELECT 1 AS part, 0::bigint AS place, f.key AS field, NULL::bigint AS channel, f.value->>0 AS source,
          (f.value->>1)::bigint AS key_id, (f.value->>2)::timestamptz AS at
        FROM customer c CROSS JOIN LATERAL jsonb_each(c.provenance) AS f
        WHERE c.id = $1 AND ($2::bigint[] IS NULL OR c.brand_id = ANY ($2))
      UNION ALL SELECT 2, v.field_id, 'custom_' || f.name, NULL, v.source, v.key_id, v.set_at
        FROM custom_value v JOIN custom_field f ON f.id = v.field_id
        WHERE v.customer_id = $1 AND ($2::bigint[] IS NULL OR v.brand_id = ANY ($2))
      UNION ALL SELECT 3, h.id, 'channels', h.id, h.source, h.key_id, h.created_at
        FROM customer_channel h WHERE h.customer_id = $1 AND ($2::bigint[] IS NULL OR h.brand_id = ANY ($2))
    ) AS origins ORDER BY part, place, field`,
};

type Row = Omit<Origin, "at" | "channel"> & { at: Date; channel: number | null };

/** The origins of a customer's own fields, its custom fields and its channels, in this order. */
export async function readOrigins(ask: Ask, id: number): Promise<Origin[]> {
  const rows = await ask.db.rows<Row>(originsById, [id, scopeOf(ask.caller)]);
  return rows.map(({ channel, at, ...row }) => ({
    ...row,
    ...(channel === null ? {} : { channel }),
    at: at.toISOString(),
  }));
}
