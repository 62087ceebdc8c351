/**
 * Target: what a command acts on, a server by URL or a database by data folder or DATABASE_URL. Options override the
 * environment; in the environment, the URL overrides the database.
 */
import type { DynamicClient } from "@dossier/api";
import type { Command } from "commander";
import { resolvePath, readConfig, readCliConfig } from "../../config.ts";
import type { Db } from "../../db/database.ts";
import { CommandFailure } from "../exit.ts";
import { readText } from "../terminal.ts";

/** An open target. */
export interface Target {
  /** the target uses an API key, which may not see everything */
  hasKey: boolean;
  /** throws a DossierError if a call is rejected, and a CommandFailure if the target is unreachable */
  client: Pick<DynamicClient, "call" | "pages">;
  /** the database, if the target is local */
  db?: Db;
  close(): Promise<void>;
}

/** The options that specify a target. */
export interface TargetOptions {
  url?: string;
  keyFile?: string;
  dataDir?: string;
}

/** A target that is resolved, but not open. */
export type TargetSpec =
  | { kind: "url"; url: string }
  | { kind: "folder"; dataDir: string }
  | { kind: "database" };

const heading = "Where it goes:";

/** Adds the target options to a command. */
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

/** The help text of every command that takes a target. */
export const targetHelp = `
Without --url and --data-dir it goes to DOSSIER_URL, or to the PostgreSQL of
DATABASE_URL, or to the data folder. On a database it acts as the administrator
and needs no key; a stopped data folder is opened for the time of the command.
Its key is never an argument, where others would see it. If none is given, the
server of this machine's data folder is called with the key in its file admin-key.`;

/** Resolves the target from options and environment, without connecting. */
export function resolveTarget(options: TargetOptions): TargetSpec {
  if (options.url !== undefined && options.dataDir !== undefined)
    throw new CommandFailure(
      "usage",
      "--url and --data-dir name two places. Leave one out: --url is a server, --data-dir its data on this machine.",
    );
  if (options.dataDir !== undefined) return { kind: "folder", dataDir: resolvePath(options.dataDir) };
  const { url = readCliConfig().url } = options;
  if (url !== undefined)
    return { kind: "url", url: parseBaseUrl(url, options.url ? "--url" : "DOSSIER_URL") };
  if (readCliConfig().hasDatabase) return { kind: "database" };
  return { kind: "folder", dataDir: readConfig().dataDir };
}

/** Where a command goes, in words. */
export function targetName(options: TargetOptions): string {
  const target = resolveTarget(options);
  if (target.kind === "url") return target.url;
  return target.kind === "folder" ? target.dataDir : "the PostgreSQL of DATABASE_URL";
}

/** The base URL without the API's path, so that a copied endpoint URL works too. */
export function parseBaseUrl(text: string, source: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new CommandFailure("usage", `${source} must be an address such as http://127.0.0.1:8080.`);
  if (url.username || url.password)
    throw new CommandFailure(
      "usage",
      `${source} must not hold a user name or password. The key has a place of its own.`,
    );
  return `${url.origin}${url.pathname}`.replace(/(?<!\/)\/+$/, "").replace(/\/api\/v2$/i, "");
}

/** The API key, from its file, standard input or the environment. */
export function readKey(options: TargetOptions): string | undefined {
  const key =
    options.keyFile === undefined ? readCliConfig().key : readText(options.keyFile, "--key-file").trim();
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key))
    throw new CommandFailure("usage", "The API key is empty, or not one line of visible ASCII characters.");
  return key;
}
