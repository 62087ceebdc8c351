/**
 * `dossier start-link`: makes a link that signs a browser in, once. It is made beside the data: a shell of the server
 * may do everything to it anyway, so no key is asked for.
 */
import type { Command } from "commander";
import { type Config, readConfig, readConfigFor } from "../config.ts";
import { findHolder } from "../db/embedded/lock.ts";
import { readRuntimeState } from "../db/embedded/socket.ts";
import { createStartLink, startAddress } from "../domain/key/start-link.ts";
import { CommandFailure } from "./exit.ts";
import { withTarget } from "./target/open.ts";
import { addTargetOptions, resolveTarget, targetHelp, type TargetOptions } from "./target/target.ts";
import { printMessage, printResult } from "./terminal.ts";

interface StartLinkOptions extends TargetOptions {
  key?: string;
}

/** Adds `start-link`. */
export function addStartLink(program: Command): void {
  const link = program
    .command("start-link")
    .description("make a link that signs a browser in, once, within an hour")
    .option("--key <id>", "the key that the session stands for; left out: the oldest that may do everything");
  addTargetOptions(link)
    .addHelpText(
      "after",
      `
It is made on the server's machine only. Behind a proxy, put the proxy's address before /start.

Examples:
  dossier start-link
  dossier start-link --data-dir /var/lib/dossier --key 4
${targetHelp}`,
    )
    .action(printStartLink);
}

async function printStartLink({ key, ...options }: StartLinkOptions): Promise<void> {
  if (key !== undefined && !/^[1-9][0-9]{0,14}$/.test(key))
    throw new CommandFailure("usage", "Which key? --key is the number that `dossier key list` shows.");
  const target = resolveTarget(options);
  if (target.kind === "url")
    throw new CommandFailure(
      "usage",
      "A start link is made beside the data, on the server's machine: leave --url and DOSSIER_URL out, or name the data with --data-dir.",
    );
  const config = target.kind === "folder" ? readConfigFor(target.dataDir) : readConfig();
  const url = await findServerUrl(config);
  await withTarget(options, async ({ db }) => {
    const link = db && (await createStartLink(db, key === undefined ? undefined : Number(key)));
    if (!link)
      throw new CommandFailure(
        "failed",
        key === undefined ? noKey : `Key ${key} is not valid, or there is none.`,
      );
    printResult(startAddress(url ?? `http://${config.host}:${config.port}`, link));
    printMessage(
      `It signs in once, within an hour, with key ${link.keyId}, ${link.name}.${url === undefined && config.databaseUrl === undefined ? " Start the server first." : ""}`,
    );
  });
}

const noKey =
  "There is no key that may do everything. Make one with `dossier key create admin --permission all`, or name another with --key.";

/** The address of the server that holds the data folder, if one runs. */
async function findServerUrl({ databaseUrl, dataDir }: Config): Promise<string | undefined> {
  if (databaseUrl !== undefined || !(await findHolder(dataDir))) return undefined;
  return readRuntimeState(dataDir)?.url;
}
