/** Job endpoints: the queue of background work. Jobs refer to their records by id only. */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { choice, filter, identifier } from "../field.ts";
import { text } from "../text-field.ts";
import { listOf, paging, resultOf } from "../page.ts";

/**
 * The states of a job. A completed job is deleted.
 *
 * @example
 * const [waiting] = jobStates; // "waiting"
 */
export const jobStates = ["waiting", "running", "failed"] as const;

const state = z.enum(jobStates).describe("Whether it waits, runs, or has failed");

const jobShape = z.object({
  id: z.number().int(),
  kind: z.string().describe("What is done, such as `webhook`"),
  state,
  brand_id: z.number().int().describe("The brand it is about"),
  customer_id: z.number().int().nullable().describe("The customer it is about"),
  ticket_id: z.number().int().nullable().describe("The ticket it is about"),
  attempts: z.number().int().describe("How often it was begun"),
  last_error: z
    .string()
    .nullable()
    .describe("Why it was not done the last time: a word, never a text of others"),
  created_at: z.string().describe("When it was put down"),
  started_at: z.string().nullable().describe("When it was last begun"),
  due_at: z.string().nullable().describe("Of a waiting job: when it, or the one it waits behind, is due"),
});

export const job = {
  list: endpoint({
    method: "GET",
    paths: ["/jobs"],
    permission: "SETTINGS_CRUD",
    scope: "brands",
    entity: "job",
    summary: "List background work",
    description:
      "Newest first; what was done is not listed. `counts` says how many there are of each kind and state (of a brand up to 10,000). Failed jobs are kept for 30 days.",
    input: z.object({
      kind: filter(text(64), "Only jobs of this kind"),
      state: filter(choice(jobStates), "Only jobs that wait, run, or have failed"),
      brandId: filter(identifier, "Only jobs of this brand"),
      ...paging,
    }),
    output: listOf(jobShape).extend({
      counts: z
        .array(
          z.object({
            kind: z.string().describe("What is done"),
            state,
            count: z.number().int().describe("How many"),
          }),
        )
        .describe("How many there are of each kind and state, of all that the filters let through"),
    }),
    errors: ["not_found"],
  }),
  retry: endpoint({
    method: "POST",
    paths: ["/jobs/retry/{id}"],
    permission: "SETTINGS_CRUD",
    scope: "brands",
    entity: "job",
    summary: "Try a failed job again",
    description: "As if for the first time, before those that wait behind it.",
    input: z.object({ id: identifier }),
    output: resultOf({}),
    errors: ["not_found"],
  }),
};
