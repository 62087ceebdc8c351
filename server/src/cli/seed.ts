/** `dossier seed`: adds the demo data to an existing database, once; the same data as `serve --demo`. */
import type { Command } from "commander";
import { seedDemo } from "../demo.ts";
import { readChannelTypes } from "../domain/channel-type.ts";
import { CommandFailure } from "./exit.ts";
import { formatRecord } from "./output/format.ts";
import { startProgress } from "./progress.ts";
import { addTargetOptions, resolveTarget, type TargetOptions } from "./target/target.ts";
import { withTarget } from "./target/open.ts";
import { paintFor, printResult, printMessage } from "./terminal.ts";

/** Adds `seed`. */
export function addSeed(program: Command): void {
  const seed = program
    .command("seed")
    .description("add a demo world: two brands with invented customers, tickets and timelines")
    .option("--json", "print one JSON object");
  addTargetOptions(seed)
    .addHelpText(
      "after",
      `
It goes to a database: the data folder, running or stopped, or DATABASE_URL. Where one of its brands is
there already, nothing is added.

Example:
  dossier seed && dossier call customer.list --query szcepanska`,
    )
    .action(runSeed);
}

async function runSeed(options: TargetOptions & { json?: true }): Promise<void> {
  if (resolveTarget(options).kind === "url")
    throw new CommandFailure(
      "usage",
      "The demo world goes into a database, not to a URL. Run this on the server's machine, with --data-dir or DATABASE_URL.",
    );
  await withTarget(options, async ({ db }) => {
    if (!db) throw new Error("A database is a target that has one.");
    const progress = startProgress();
    const { brands, added, misspelt } = await seedDemo(db, await readChannelTypes(db), (done, all) =>
      progress.show(`${done} of ${all} records`),
    ).finally(() => progress.end());
    if (options.json) return printResult(JSON.stringify({ brands, planted: added ?? null }));
    if (!added) return printMessage(`${brands.join(" and ")} are there already; nothing was added.`);
    printResult(formatRecord({ brands, ...added }, paintFor(process.stdout)).join("\n"));
    printMessage(
      `A misspelt name finds ${misspelt.finds}: dossier call customer.list --query ${misspelt.query}`,
    );
  });
}
