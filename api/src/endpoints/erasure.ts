/**
 * Erasure endpoints: delete a customer for a limited time, restore it, or purge it permanently. The receipt of a purge
 * contains counts only, so that it can be kept as proof.
 */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { choice, described, filter, identifier } from "../field.ts";
import { idText } from "../text-field.ts";
import { ignored, listOf, paging, resultOf } from "../page.ts";
import { shownTexts } from "./customer-fields.ts";

/** The receipt of a purge, without personal data. */
const receiptShape = z.object({
  id: z.number().int().describe("The receipt's own number"),
  purged_at: z.string(),
  customers: z.number().int().describe("Customers erased: the one named, and deleted ones of its primary id"),
  channels: z.number().int(),
  custom_values: z.number().int(),
  events: z.number().int(),
  tickets: z
    .number()
    .int()
    .describe(
      "Tickets emptied, also those from their addresses that others have; ids, dates and states stay",
    ),
  messages: z.number().int().describe("Messages emptied"),
  answers: z
    .number()
    .int()
    .describe("Answers erased that were kept for retries; those calls are refused when they are sent again"),
});

const purged = {
  output: resultOf({
    receipt: receiptShape,
    ignored,
    words_pending: z
      .boolean()
      .optional()
      .describe(
        "Only if words of the name are still in the search's dictionary, because a write in progress may be using them: they are deleted when it has ended. Send the call again to see whether they are",
      ),
  }),
  ifMatch: true as const,
  legacyWire: true as const,
  undo: { loses: "the customer with everything about it: events, messages, and what tickets say of it" },
};
const customerId = described(identifier, "Dossier's own id of the customer");

/** A deleted customer that can be restored. */
export const restorableShape = z.object({
  id: z.number().int(),
  brand_id: z.number().int(),
  brand_name: z.string(),
  external_primary_id: z.string().describe("The caller's own id; empty when there is none"),
  ...shownTexts,
  deleted_at: z.string().describe("When it was deleted"),
  restorable_until: z.string().describe("Until when it can be restored; then it is erased"),
  key_id: z
    .number()
    .int()
    .nullable()
    .describe(
      "The key that deleted it; 0 is the administrator, null: no key, or no entry of the audit trail",
    ),
});

export const erasure = {
  listDeleted: endpoint({
    method: "GET",
    paths: ["/customer/deleted"],
    permission: "CUSTOMER_CUD",
    scope: "brands",
    entity: "deleted customer",
    summary: "List the deleted customers that can be restored",
    description:
      "Those with the newest ids first. Names and primary ids are shown to keys with CUSTOMER_READ; for others they are empty. `POST /customer/restore/{id}` brings one back; after 30 days it is erased, and gone from this list.",
    input: z.object({
      brandId: filter(identifier, "Deleted customers of this brand"),
      ...paging,
    }),
    output: listOf(restorableShape),
    errors: ["not_found"],
  }),
  delete: endpoint({
    method: "DELETE",
    paths: ["/customer/{id}"],
    permission: "CUSTOMER_CUD",
    scope: "brands",
    entity: "customer",
    summary: "Delete a customer",
    description:
      "Gone from every read, search and count at once; primary id and addresses are free. Tickets stay, shown without customer, and no new owner of an address gets them. `POST /customer/restore/{id}` brings everything back within 30 days; then it is erased.",
    undo: { by: "customer.restore" },
    legacyWire: true,
    ifMatch: true,
    input: z.object({ id: customerId }),
    output: resultOf({ ignored }),
    errors: ["identifiers_disagree", "not_found"],
  }),
  restore: endpoint({
    method: "POST",
    paths: ["/customer/restore/{id}"],
    permission: "CUSTOMER_CUD",
    scope: "brands",
    entity: "customer",
    summary: "Restore a deleted customer",
    description:
      "With everything it had. A primary id or an address that others took meanwhile is refused, or left out where you say so. Tickets come back too; `dropped` lists those that a call gave to others.",
    input: z.object({
      id: customerId,
      without: described(
        choice(["conflicts"]),
        "`conflicts`: leave out a primary id or addresses that others have now, and what is over the size a customer can have",
      ).optional(),
    }),
    output: resultOf({
      dropped: z
        .array(
          z.object({
            field: z.string().describe("`external_primary_id`, `channel`, `ticket` or `custom_<name>`"),
            channel_id: z.number().int().optional().describe("Of a channel: the row that was left out"),
            ticket_id: z
              .number()
              .int()
              .optional()
              .describe("Of a ticket: one that the customer had, up to 1,000 of them"),
            customer_id: z.number().int().optional().describe("Who has it now"),
          }),
        )
        .optional()
        .describe("What was left out"),
    }),
    errors: ["not_found", "channel_taken", "primary_id_taken"],
  }),
  purge: endpoint({
    method: "DELETE",
    paths: ["/customer/purgeData/{id}", "/customer/itemPurgeData/{id}"],
    permission: "CUSTOMER_CUD",
    scope: "brands",
    entity: "customer",
    summary: "Erase a customer for good",
    description:
      "Every personal datum of the customer, live or deleted, and of deleted customers of the brand with the same primary id, out of every table, also from tickets that others have and from fields of others that hold an address of theirs. It cannot be undone. Sent again, it answers the first receipt. Backups, the database's log and freed places of its files are the operator's: see the page on operations.",
    ...purged,
    input: z.object({ id: customerId }),
    errors: ["identifiers_disagree", "not_found"],
  }),
  purgeAny: endpoint({
    method: "DELETE",
    paths: ["/customer/purgeData"],
    permission: "CUSTOMER_CUD",
    scope: "brands",
    entity: "customer",
    summary: "Erase the customer named by any identifier for good",
    description: "By primary id: its holder and every deleted customer that had it.",
    ...purged,
    needs: [
      {
        anyOf: ["customerId", "primaryId"],
        message: "is required, or a primary id with or without a brand id",
      },
    ],
    input: z.object({
      customerId: customerId.optional(),
      primaryId: described(idText, "The caller's own id for the customer").optional(),
      brandId: described(identifier, "The brand the customer belongs to").optional(),
    }),
    wireNames: { customerId: "customerID", primaryId: "primaryID", brandId: "brandID" },
    errors: ["identifiers_disagree", "not_found", "ambiguous_customer"],
  }),
};
