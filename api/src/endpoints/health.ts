/** Health endpoint: what `dossier doctor` finds, as a running server can see it. It names no person and no record. */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { itemOf } from "../page.ts";

const state = z.enum(["ok", "warning", "error"]);

const checkShape = z.object({
  name: z.string().describe("What was checked, such as `backups`"),
  state: state.describe(
    "`warning`: it works, but needs attention. `error`: it does not work, or is not safe",
  ),
  message: z.string().describe("What was found"),
  hint: z.string().nullable().describe("What to do about it; null: nothing"),
});

const healthShape = z.object({
  state: state.describe("That of the worst check"),
  checked_at: z.string().describe("When these checks were made: at most a few seconds ago"),
  version: z.string().describe("The release of Dossier"),
  node: z.string().describe("The version of Node.js"),
  database: z.string().nullable().describe("The version of PostgreSQL; null: it did not answer in time"),
  is_embedded: z
    .boolean()
    .describe(
      "Whether Dossier runs that PostgreSQL itself, on its data folder, or uses the one of `DATABASE_URL`",
    ),
  started_at: z.string().describe("When the process that answers was started"),
  uptime: z.number().int().describe("For how many seconds it has been running"),
  checks: z.array(checkShape).describe("Every check, also of what is as it should be"),
});

export const health = {
  find: endpoint({
    method: "GET",
    paths: ["/health"],
    permission: "METRICS_READ",
    scope: "installation",
    entity: "health",
    summary: "Look the installation over",
    description:
      "What `dossier doctor` finds, with advice for what is not as it should be: settings, database, durability, disk, backups, secrets. The checks are made at most once in five seconds, and take two and a half at most, so that pages may ask often. Whether the server takes requests at all is answered by `/readyz`, without a key.",
    input: z.object({}),
    output: itemOf(healthShape),
    errors: [],
  }),
};
