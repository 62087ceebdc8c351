/** How customers go: deleted for a while, restored, or purged for good. */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { choice, described, identifier, text } from "../field.ts";
import { resultOf } from "../page.ts";

/** What a purge did, without a word of whom it was about. */
const receiptShape = z.object({
  id: z.number().int().describe("The receipt's own number"),
  purged_at: z.string(),
  customers: z.number().int().describe("Customers erased: the one named, and deleted ones of its primary id"),
  channels: z.number().int(),
  custom_values: z.number().int(),
  events: z.number().int(),
  tickets: z.number().int().describe("Tickets emptied; their ids, dates and states stay"),
  messages: z.number().int().describe("Messages emptied"),
  answers: z.number().int().describe("Answers erased that were kept for retries"),
});

const purged = {
  output: resultOf({ receipt: receiptShape }),
  ifMatch: true as const,
  original: true as const,
};
const customerId = described(identifier, "Dossier's own id of the customer");

export const erasure = {
  delete: endpoint({
    method: "DELETE",
    paths: ["/customer/{id}"],
    permission: "CUSTOMER_CUD",
    about: "customer",
    summary: "Delete a customer",
    description:
      "Gone from every read, search and count at once; primary id and addresses are free. `POST /customer/restore/{id}` brings everything back within 30 days; then it is erased.",
    original: true,
    ifMatch: true,
    input: z.object({ id: customerId }),
    output: resultOf({}),
    errors: ["identifiers_disagree", "not_found"],
  }),
  restore: endpoint({
    method: "POST",
    paths: ["/customer/restore/{id}"],
    permission: "CUSTOMER_CUD",
    about: "customer",
    summary: "Restore a deleted customer",
    description:
      "With everything it had. What others took meanwhile is refused, or left out where you say so.",
    input: z.object({
      id: customerId,
      without: described(
        choice(["conflicts"]),
        "`conflicts`: leave out a primary id or addresses that others have by now",
      ).optional(),
    }),
    output: resultOf({
      dropped: z
        .array(
          z.object({
            field: z.string().describe("`external_primary_id`, `channel` or `custom_<name>`"),
            channel_id: z.number().int().optional().describe("Of a channel: the row that was left out"),
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
    about: "customer",
    summary: "Erase a customer for good",
    description:
      "Every personal datum of the customer, live or deleted, and of deleted customers of the brand with the same primary id. It cannot be undone. Sent again, it answers the first receipt.",
    ...purged,
    input: z.object({ id: customerId }),
    errors: ["identifiers_disagree", "not_found"],
  }),
  purgeAny: endpoint({
    method: "DELETE",
    paths: ["/customer/purgeData"],
    permission: "CUSTOMER_CUD",
    about: "customer",
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
      primaryId: described(text(255), "The caller's own id for the customer").optional(),
      brandId: described(identifier, "The brand the customer belongs to").optional(),
    }),
    spelling: { customerId: "customerID", primaryId: "primaryID", brandId: "brandID" },
    errors: ["identifiers_disagree", "not_found", "ambiguous_customer"],
  }),
};
