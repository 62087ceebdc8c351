/**
 * What an endpoint refused, for people: every fault under the name of its option, and what to do about it. With
 * --json the refusal is one line of JSON on standard error, so that a script can read it.
 */
import type { DossierError, Endpoint } from "@dossier/api";
import { CommandFailure } from "./exit.ts";
import { optionOfFault } from "./fields.ts";
import { harmless } from "./output/text-width.ts";

/** What to do, by code; a code that its message says enough about has none. */
const advice: Partial<Record<DossierError["code"], (error: DossierError) => string>> = {
  missing_key: () => "Set DOSSIER_KEY, or name a file with --key-file.",
  invalid_key: () => "It may be mistyped, expired or revoked. `dossier key list` shows the keys there are.",
  permission_missing: () => "`dossier key create` makes a key with it, by one that may.",
  not_found: () => "Or the key does not see its brand.",
  channel_taken: owner,
  primary_id_taken: owner,
  ambiguous_customer: () => "Add --brand-id, or name the customer by its id.",
  stale_version: () => "`dossier call customer.find` shows what it is now.",
  unknown_endpoint: () => "Is this server older than this command line? `dossier status` shows its version.",
};

function owner({ conflict }: DossierError): string {
  const id = conflict?.customer_id;
  return id === undefined ? "" : `\`dossier call customer.find ${id}\` shows who has it.`;
}

/** How a refusal is told. */
export interface Telling {
  json?: boolean;
  /** it was asked with somebody's key */
  hasKey?: boolean;
  /** the command that asked, where it is not `call` */
  command?: string;
  /** its options for the wire's fields, where they are not those of `call` */
  names?: Record<string, string>;
}

/** A refusal as the failure of a command. */
export function refusalOf(
  error: DossierError,
  name: string,
  row: Endpoint,
  telling: Telling,
): CommandFailure {
  const exit = error.code === "unavailable" ? "unreachable" : "failed";
  const json = telling.json === true;
  const failure = new CommandFailure(exit, json ? asJson(error) : inWords(error, name, row, telling), error);
  failure.isRaw = json;
  return failure;
}

function inWords(
  error: DossierError,
  endpoint: string,
  row: Endpoint,
  { command, names, hasKey }: Telling,
): string {
  const name = command ?? endpoint;
  const wait = error.retryAfter === undefined ? "" : `Try again in ${error.retryAfter} s.`;
  const quote = error.code === "internal" && error.requestId ? `Its request id is ${error.requestId}.` : "";
  const hint = error.code === "not_found" && !hasKey ? "" : advice[error.code]?.(error);
  const more = [hint, wait, quote].filter(Boolean).join(" ");
  if (error.errors.length === 0)
    return [`${name} was refused (${error.code}): ${harmless(error.message)}`, more]
      .filter(Boolean)
      .join("\n");
  const faults = error.errors.map(({ field, message }) => [
    names?.[field] ?? optionOfFault(row, harmless(field)),
    harmless(message),
  ]);
  const width = Math.max(...faults.map(([option = ""]) => option.length));
  return [
    `${name} was refused (${error.code}):`,
    ...faults.map(([option = "", message = ""]) => `  ${option.padEnd(width)}  ${message}`),
    more,
    `\`dossier ${command ?? `call ${endpoint}`} --help\` shows what it takes.`,
  ]
    .filter(Boolean)
    .join("\n");
}

function asJson({ code, message, errors, conflict, retryAfter, requestId }: DossierError): string {
  const more = { retry_after: retryAfter, request_id: requestId };
  return JSON.stringify({
    type: "error",
    code,
    message,
    ...(errors.length > 0 ? { errors } : {}),
    conflict,
    ...more,
  });
}
