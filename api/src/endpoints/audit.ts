/**
 * Audit trail endpoint: each entry has the key, the operation, the record, the time and the names of the changed
 * fields. Invariant: never a value.
 */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { filter, identifier, integer } from "../field.ts";
import { instant } from "../time-field.ts";
import { text } from "../text-field.ts";
import { listOf, paging } from "../page.ts";

const auditShape = z.object({
  id: z.number().int(),
  at: z.string(),
  key_id: z.number().int().nullable().describe("0: the bootstrap administrator key; null: Dossier itself"),
  operation: z.string().describe("Such as `customer.update`"),
  kind: z.string().describe("What it was about, such as `customer`"),
  subject_id: z.number().int(),
  brand_id: z.number().int().nullable(),
  fields: z.array(z.string()).describe("The names of the fields that changed"),
  outcome: z.string(),
  client_user: z
    .string()
    .nullable()
    .describe(
      "Who ran the program, as it said itself by the header `Dossier-Client-User`: a claim that was not checked. Emptied after a year",
    ),
});

export const audit = {
  list: endpoint({
    method: "GET",
    paths: ["/audit"],
    permission: "AUDIT_READ",
    scope: "brands",
    entity: "audit entry",
    summary: "List what was done",
    description:
      "Newest first. Entries are never changed or removed, and hold no values. A key for some brands sees what happened in those.",
    input: z.object({
      keyId: filter(integer(0, 999_999_999_999_999), "What this key did"),
      operation: filter(text(64), "What was done, such as `customer.update`"),
      kind: filter(text(64), "What it was about, such as `customer`; with subject_id, one thing"),
      subjectId: filter(identifier, "The id of what it was about"),
      brandId: filter(identifier, "What happened in this brand"),
      since: filter(instant, "From this time on"),
      until: filter(instant, "Up to this time, which is not included"),
      ...paging,
    }),
    output: listOf(auditShape),
    errors: ["not_found"],
  }),
};
