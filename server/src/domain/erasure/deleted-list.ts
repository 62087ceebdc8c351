/**
 * Deleted customers that can still be restored, those with the newest ids first. What is over its time and waits for
 * retention is not among them.
 */
import type { Api, Decoded, Output } from "@dossier/api";
import type { Statement } from "../../db/database.ts";
import { listBrandIds } from "../brand/brand.ts";
import type { RequestContext } from "../context.ts";
import { restorePeriod } from "../customer/delete.ts";
import { textFields, type WireTexts, wireTextColumns } from "../customer-fields.ts";
import { capCount, parsePage, toPage } from "../pagination.ts";

interface DeletedRow extends WireTexts {
  id: number;
  brand_id: number;
  brand_name: string;
  external_primary_id: string;
  deleted_at: Date;
  restorable_until: Date;
  key_id: number | null;
}

const isRestorable = `deleted_at > now() - interval '${restorePeriod}'`;

// The trail has who deleted it, in the transaction of the deletion; its times are rounded to milliseconds.
const selectPage: Statement = {
  name: "deleted_list",
  text: `SELECT d.id, d.brand_id, b.name AS brand_name, coalesce(d.primary_id, '') AS external_primary_id,
      ${wireTextColumns("d.")}, d.deleted_at, d.deleted_at + interval '${restorePeriod}' AS restorable_until,
      (SELECT key_id FROM audit_entry WHERE entity = 'customer' AND subject_id = d.id AND operation = 'customer.delete'
          AND at >= d.deleted_at - interval '1 ms' ORDER BY at DESC, id DESC LIMIT 1) AS key_id
    FROM (SELECT c.* FROM unnest($1::bigint[]) AS s (id)
        CROSS JOIN LATERAL (SELECT * FROM deleted_customer
          WHERE brand_id = s.id AND id < $2 AND ${isRestorable} ORDER BY id DESC LIMIT $3) AS c
      ORDER BY c.id DESC OFFSET $4 LIMIT $5) AS d JOIN brand b ON b.id = d.brand_id
    ORDER BY d.id DESC`,
};

const countAll: Statement = {
  name: "deleted_count",
  text: `SELECT count(*) AS n FROM (SELECT FROM unnest($1::bigint[]) AS s (id)
      CROSS JOIN LATERAL (SELECT FROM deleted_customer WHERE brand_id = s.id AND ${isRestorable} LIMIT 10001) AS c
      LIMIT 10001) AS part`,
};

/** A page of the deleted customers of the caller's brands. */
export async function listDeleted(
  ctx: RequestContext,
  input: Decoded<Api["customer"]["listDeleted"]>,
): Promise<Output<Api["customer"]["listDeleted"]>> {
  const place = parsePage(ctx, "customer.listDeleted", input);
  const brandIds = await listBrandIds(ctx, input.brandId);
  const skip = place.after ? 0 : place.start;
  const before = place.after?.[0] ?? Number.MAX_SAFE_INTEGER;
  const some = place.limit + 1;
  const [rows, total] = await Promise.all([
    ctx.db.rows<DeletedRow>(selectPage, [brandIds, before, skip + some, skip, some]),
    ctx.db.row<{ n: number }>(countAll, [brandIds]),
  ]);
  const hidden = ctx.caller.permissions.has("CUSTOMER_READ") ? {} : { external_primary_id: "", ...noTexts };
  return toPage(
    ctx,
    place,
    rows,
    capCount(total?.n ?? 0),
    (row) => [row.id],
    (row) => ({ ...toWireDeleted(row), ...hidden }),
  );
}

/** The texts for a key that may change customers, but not read them. */
const noTexts = Object.fromEntries(textFields.map(({ wire }) => [wire, ""]));

function toWireDeleted({ deleted_at, restorable_until, ...row }: DeletedRow) {
  return {
    ...row,
    deleted_at: deleted_at.toISOString(),
    restorable_until: restorable_until.toISOString(),
  };
}
