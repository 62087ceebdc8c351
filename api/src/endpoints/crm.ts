/**
 * CRM result shapes: the outcome of a CRM lookup, and the fields of the CRM's response that were skipped. Invariant: a
 * skipped field appears with a reason, never with its value.
 */
import * as z from "zod";
import { shownTexts } from "./customer-fields.ts";

/** A field of the CRM's response that was skipped; never with its value. */
export const skippedField = z.object({
  field: z.string().describe("Our name of it, or where in the answer's `channels` it stands"),
  message: z.string().describe("Why it was left out"),
});

const mappedField = z.object({
  external_primary_id: z.string().describe("The primary id; empty: none"),
  ...shownTexts,
  channels: z
    .array(
      z.object({
        channel_id: z.number().int().describe("The channel type's number"),
        channel_name: z.string(),
        address: z.string(),
      }),
    )
    .describe("The channels it would have, beside the address asked for"),
  custom: z
    .array(
      z.object({
        field: z.string().describe("`custom_` and the field's name"),
        value: z.string().describe("The value as it would be kept"),
      }),
    )
    .describe("The custom fields it would have"),
  skipped: z.array(skippedField).describe("What would not be taken over, and why"),
});

/** The result of a test request to a CRM. */
export const crmTestResult = z.object({
  url: z.string().describe("What was asked, without the headers"),
  headers: z.array(z.string()).describe("The names of the headers sent with it"),
  status: z.number().int().nullable().describe("Of the CRM's answer; null: none came"),
  milliseconds: z.number().int().describe("How long it took"),
  results: z.number().int().nullable().describe("How many the CRM knows; null: it did not say"),
  failure: z
    .object({
      code: z.enum(["crm_failed", "crm_timeout"]).describe("What a lookup would be refused with"),
      message: z.string(),
    })
    .nullable()
    .describe("Why the answer is of no use; null: it is"),
  mapped: z.array(mappedField).describe("What each result comes to in this brand"),
});
