/** `dossier worker`: one of the processes that `serve --workers` starts. Nobody types it, and no help shows it. */
import cluster from "node:cluster";
import type { Command } from "commander";
import { work } from "../service/cluster-worker.ts";
import { CommandFailure } from "./exit.ts";

/** Adds `worker`. */
export function addWorker(program: Command): void {
  program.command("worker", { hidden: true }).action(async () => {
    if (!cluster.isWorker)
      throw new CommandFailure("usage", "`dossier serve --workers` starts workers itself.");
    // A terminal sends its signals to all processes: when and in which order they end, the primary says.
    process.on("SIGTERM", () => undefined);
    process.on("SIGINT", () => undefined);
    process.exit(await work());
  });
}
