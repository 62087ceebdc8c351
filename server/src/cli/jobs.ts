/** `dossier jobs`: counts of waiting, running and failed jobs by type, and the list; a front end of `job.list`. */
import { type Api, jobStates, type Output } from "@dossier/api";
import { type Command, Option } from "commander";
import { callEndpoint } from "./call-endpoint.ts";
import { formatTable } from "./output/format.ts";
import { addOutputOptions, isJson, outputOf, type OutputOptions, printAnswer } from "./output/output.ts";
import { views } from "./output/views.ts";
import { addTargetOptions, targetHelp, type TargetOptions } from "./target/target.ts";
import { withTarget } from "./target/open.ts";
import { terminalWidth, paintFor, printResult, printMessage } from "./terminal.ts";

interface JobsOptions extends TargetOptions, OutputOptions {
  kind?: string;
  state?: string;
}

/** Adds `jobs`. */
export function addJobs(program: Command): void {
  const jobs = program
    .command("jobs")
    .description("show background jobs: waiting, running and failed")
    .option("--kind <kind>", "only of this kind")
    .addOption(
      new Option("--state <state>", "only those that are waiting, running or failed").choices(jobStates),
    );
  addTargetOptions(addOutputOptions(jobs, "job.list"))
    .addHelpText(
      "after",
      `
Finished jobs are not listed: /metrics counts them. A failed job is tried again by job.retry.

Examples:
  dossier jobs --state failed
  dossier call job.retry 7
${targetHelp}`,
    )
    .action(showJobs);
}

async function showJobs({ kind, state, ...options }: JobsOptions): Promise<void> {
  const output = outputOf(options, "job.list");
  await withTarget(options, async (target) => {
    const fields = { kind, state, itemLimit: 20 };
    const report = isJson(output) ? { json: true } : { command: "jobs" };
    const reply = await callEndpoint(target, "job.list", fields, report);
    if (output.format !== "table") return printAnswer(reply, output);
    const { counts, items, itemTotal } = reply.body as Output<Api["job"]["list"]>;
    if (counts.length === 0) return printMessage("No jobs are waiting, running or failed.");
    const room = terminalWidth(process.stdout);
    const paint = paintFor(process.stdout);
    const { columns } = output;
    printResult(formatTable(counts, room, paint).lines.join("\n"));
    printResult(formatTable(items, room, paint, { view: views["job.list"], columns }).lines.join("\n"));
    if (itemTotal > items.length)
      printMessage(
        `The newest ${items.length} of ${itemTotal.toLocaleString("en")}; \`dossier call job.list --all\` shows every one.`,
      );
    if (items.some((one) => one.state === "failed"))
      printMessage("`dossier call job.retry <id>` tries a failed one again.");
  });
}
