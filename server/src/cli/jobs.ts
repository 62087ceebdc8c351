/** `dossier jobs`: what waits, what runs, what failed, counted by kind and listed; `job.list` for people. */
import { api, type Output } from "@dossier/api";
import type { Command } from "commander";
import { ask } from "./call-endpoint.ts";
import { tableOf } from "./show.ts";
import { addTargetOptions, targetHelp, type TargetOptions, withTarget } from "./target/target.ts";
import { columnsOf, paintFor, print, say } from "./terminal.ts";

interface JobsOptions extends TargetOptions {
  kind?: string;
  state?: string;
  json?: true;
}

/** Adds `jobs`. */
export function addJobs(program: Command): void {
  const jobs = program
    .command("jobs")
    .description("show background work: what waits, what runs, what failed")
    .option("--kind <kind>", "only of this kind")
    .option("--state <state>", "only those that are waiting, running or failed")
    .option("--json", "print the answer as it came");
  addTargetOptions(jobs)
    .addHelpText(
      "after",
      `
What was done is not listed: /metrics counts it. A failed job is tried again by job.retry.

Examples:
  dossier jobs --state failed
  dossier call job.retry 7
${targetHelp}`,
    )
    .action(tellJobs);
}

async function tellJobs({ kind, state, json, ...options }: JobsOptions): Promise<void> {
  await withTarget(options, async (target) => {
    const fields = { kind, state, itemLimit: 20 };
    const told = json ? { json } : { command: "jobs" };
    const reply = await ask(target, "job.list", { row: api.job.list, fields }, told);
    if (json) return print(reply.text);
    const { counts, items, itemTotal } = reply.body as Output<(typeof api)["job"]["list"]>;
    if (counts.length === 0) return say("Nothing waits, runs, or has failed.");
    const room = columnsOf(process.stdout);
    const paint = paintFor(process.stdout);
    for (const rows of [counts, items]) print(tableOf(rows, room, paint).lines.join("\n"));
    if (itemTotal > items.length)
      say(
        `The newest ${items.length} of ${itemTotal.toLocaleString("en")}; \`dossier call job.list --all\` shows every one.`,
      );
    if (items.some((one) => one.state === "failed"))
      say("`dossier call job.retry <id>` tries a failed one again.");
  });
}
