/**
 * `dossier worker`: the entry point of processes that `serve --workers` forks. It is hidden from help, and fails unless
 * the primary started it.
 */
import cluster from "node:cluster";
import type { Command } from "commander";
import { runWorker } from "../service/cluster-worker.ts";
import { CommandFailure } from "./exit.ts";

/** Adds `worker`. */
export function addWorker(program: Command): void {
  program.command("worker", { hidden: true }).action(async () => {
    if (!cluster.isWorker)
      throw new CommandFailure("usage", "`dossier serve --workers` starts workers itself.");
    // A terminal signals all processes of the group; the primary decides when each ends.
    process.on("SIGTERM", () => undefined);
    process.on("SIGINT", () => undefined);
    process.exit(await runWorker(process.stderr.isTTY));
  });
}
