/** Backup endpoint: what the folder of scheduled backups holds, and the schedule. Read-only; it names no record. */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { itemOf } from "../page.ts";

const fileShape = z.object({
  name: z.string().describe("The name of the file in the folder"),
  size: z.number().int().describe("In bytes"),
  created_at: z.string().describe("When it was begun: it is the state of a moment just after"),
  has_secret: z
    .boolean()
    .nullable()
    .describe(
      "Whether the installation's secret is in it, sealed under the passphrase; null: it cannot be read as a backup",
    ),
});

const backupShape = z.object({
  is_embedded: z
    .boolean()
    .describe(
      "Whether Dossier runs PostgreSQL itself, and so can make backups on schedule; of `DATABASE_URL` they are the operator's, and everything else here is empty",
    ),
  folder: z.string().nullable().describe("Where scheduled backups are, as the operator has set it"),
  every: z.number().int().nullable().describe("After how many seconds the next is made; null: none is"),
  keep: z.number().int().nullable().describe("How many are kept: the oldest go"),
  has_passphrase: z
    .boolean()
    .describe("Whether there is a passphrase, so that new backups hold the installation's secret"),
  next_due_at: z
    .string()
    .nullable()
    .describe("When the next is due, which may have passed; null: none is scheduled"),
  failure: z
    .object({
      at: z.string().describe("When it failed"),
      message: z.string().describe("Why, in words for the operator"),
    })
    .nullable()
    .describe("The last attempt on schedule, if it failed"),
  erasure_log: z
    .string()
    .nullable()
    .describe(
      "The file with what was erased since, which a restore needs, as the operator has set it; null: there is none",
    ),
  count: z.number().int().describe("How many backups the folder holds"),
  backups: z.array(fileShape).describe("The newest hundred of them, newest first"),
});

export const backup = {
  find: endpoint({
    method: "GET",
    paths: ["/backup"],
    permission: "SETTINGS_CRUD",
    scope: "installation",
    entity: "backup",
    summary: "Look at the scheduled backups",
    description:
      "The folder is read at most once in five seconds. A backup holds personal data and is not encrypted; only the installation's secret in it is sealed. Backups are made and restored in a terminal, by `dossier backup` and `dossier restore`, or on the schedule of the settings.",
    input: z.object({}),
    output: itemOf(backupShape),
    errors: [],
  }),
};
