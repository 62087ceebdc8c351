/**
 * Where a command goes: a server by its URL, or the database itself, named by its data folder or DATABASE_URL. What
 * is said on the command line counts before the environment, and of the environment the URL before the database.
 */
import type { Command } from "commander";
import { pathFrom, readConfig, readConfigOf, readTerminal } from "../../config.ts";
import type { Db } from "../../db/database.ts";
import { CommandFailure } from "../exit.ts";
import type { Asked, Reply } from "../request.ts";
import { openDatabaseTarget, openFolderTarget } from "./local.ts";
import { openUrlTarget } from "./url.ts";
import { readText } from "../terminal.ts";

/** What commands ask. */
export interface Target {
  /** asked with somebody's key, which may not see everything */
  hasKey: boolean;
  /** @throws DossierError what was refused; CommandFailure when nobody answers */
  ask(asked: Asked): Promise<Reply>;
  /** the database, where the command stands beside it */
  db?: Db;
  close(): Promise<void>;
}

/** The options that name a target. */
export interface TargetOptions {
  url?: string;
  keyFile?: string;
  dataDir?: string;
}

/** A place that was chosen, not opened yet. */
export type Place = { kind: "url"; url: string } | { kind: "folder"; dataDir: string } | { kind: "database" };

const heading = "Where it goes:";

/** Gives a command the options that name a target. */
export function addTargetOptions(command: Command): Command {
  return command
    .optionsGroup(heading)
    .option("--url <url>", "a running server, such as https://crm.example.org (DOSSIER_URL)")
    .option("--key-file <file>", "the file that holds its API key; - is standard input (DOSSIER_KEY)")
    .option(
      "--data-dir <folder>",
      "the data folder of a server on this machine, running or stopped (DOSSIER_DATA_DIR, else ./dossier-data)",
    )
    .optionsGroup("Options:");
}

/** The text below the help of every command that takes a target. */
export const targetHelp = `
Without --url and --data-dir it goes to DOSSIER_URL, or to the PostgreSQL of
DATABASE_URL, or to the data folder. On a database it acts as the administrator
and needs no key; a stopped data folder is opened for the time of the command.
Its key is never an argument, where others would see it.`;

/** Chooses the place, without looking whether anybody is there. */
export function placeOf(options: TargetOptions): Place {
  if (options.url !== undefined && options.dataDir !== undefined)
    throw new CommandFailure(
      "usage",
      "--url and --data-dir name two places. Leave one out: --url is a server, --data-dir its data on this machine.",
    );
  if (options.dataDir !== undefined) return { kind: "folder", dataDir: pathFrom(options.dataDir) };
  const { url = readTerminal().url } = options;
  if (url !== undefined) return { kind: "url", url: baseOf(url, options.url ? "--url" : "DOSSIER_URL") };
  if (readTerminal().hasDatabase) return { kind: "database" };
  return { kind: "folder", dataDir: readConfig().dataDir };
}

/** The address without what belongs to the API, so that a copied one works as well. */
export function baseOf(text: string, from: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new CommandFailure("usage", `${from} must be an address such as http://127.0.0.1:8080.`);
  if (url.username || url.password)
    throw new CommandFailure(
      "usage",
      `${from} must not hold a user name or password. The key has a place of its own.`,
    );
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "").replace(/\/api\/v2$/i, "");
}

/** The key for a server, from its file, standard input or the environment. */
export function readKey(options: TargetOptions): string | undefined {
  const key =
    options.keyFile === undefined ? readTerminal().key : readText(options.keyFile, "--key-file").trim();
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key))
    throw new CommandFailure("usage", "The API key is empty, or not one line of visible ASCII characters.");
  return key;
}

/** Opens what the options and the environment name. */
export async function openTarget(options: TargetOptions): Promise<Target> {
  const place = placeOf(options);
  if (place.kind === "folder") return openFolderTarget(readConfigOf(place.dataDir));
  if (place.kind === "database") return openDatabaseTarget(readConfig());
  const key = readKey(options);
  if (key !== undefined) return openUrlTarget(place.url, key);
  throw new CommandFailure(
    "usage",
    `${place.url} wants an API key: set DOSSIER_KEY, or name a file with --key-file (- is standard input).\n` +
      "On the server's own machine, --data-dir instead of --url needs none.",
  );
}

/** Does something with a target and closes it, whatever happens. */
export async function withTarget<T>(options: TargetOptions, act: (target: Target) => Promise<T>): Promise<T> {
  const target = await openTarget(options);
  try {
    return await act(target);
  } finally {
    await target.close();
  }
}
