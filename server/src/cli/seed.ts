/** `dossier seed`: the demo world into a database that is there already, once; what `serve --demo` adds at a start. */
import type { Command } from "commander";
import { plantDemo } from "../demo.ts";
import { readTypes } from "../domain/channel-type.ts";
import { CommandFailure } from "./exit.ts";
import { recordOf } from "./show.ts";
import { addTargetOptions, placeOf, type TargetOptions, withTarget } from "./target/target.ts";
import { paintFor, print, say } from "./terminal.ts";

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
    .action(plant);
}

async function plant(options: TargetOptions & { json?: true }): Promise<void> {
  if (placeOf(options).kind === "url")
    throw new CommandFailure(
      "usage",
      "The demo world goes into a database, not to a URL. Run this on the server's machine, with --data-dir or DATABASE_URL.",
    );
  await withTarget(options, async ({ db }) => {
    if (!db) throw new Error("A database is a target that has one.");
    const { brands, planted, misspelt } = await plantDemo(db, await readTypes(db));
    if (options.json) return print(JSON.stringify({ brands, planted: planted ?? null }));
    if (!planted) return say(`${brands.join(" and ")} are there already; nothing was added.`);
    print(recordOf({ brands, ...planted }, paintFor(process.stdout)).join("\n"));
    say(`A misspelt name finds ${misspelt.finds}: dossier call customer.list --query ${misspelt.query}`);
  });
}
