/** Target factory: opens a URL, a data folder or a database, as options and environment specify. */
import { readConfig, readConfigFor } from "../../config.ts";
import { CommandFailure } from "../exit.ts";
import { openDatabaseTarget, openFolderTarget } from "./local.ts";
import { findAccess } from "./access.ts";
import { resolveTarget, type Target, type TargetOptions } from "./target.ts";
import { openUrlTarget } from "./url.ts";

/** Opens the specified target. */
async function openTarget(options: TargetOptions): Promise<Target> {
  const target = resolveTarget(options);
  if (target.kind === "folder") return openFolderTarget(readConfigFor(target.dataDir));
  if (target.kind === "database") return openDatabaseTarget(readConfig());
  const access = await findAccess(target.url, options);
  if (access) return openUrlTarget(access.url, access.key);
  throw new CommandFailure(
    "usage",
    `${target.url} wants an API key: set DOSSIER_KEY, or name a file with --key-file (- is standard input).\n` +
      "On the server's own machine, --data-dir instead of --url needs none.",
  );
}

/** Runs an action on a target, and closes the target in every case. */
export async function withTarget<T>(options: TargetOptions, act: (target: Target) => Promise<T>): Promise<T> {
  const target = await openTarget(options);
  try {
    return await act(target);
  } finally {
    await target.close();
  }
}
