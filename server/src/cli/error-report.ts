/**
 * Error report: prints every fault of an endpoint's error under the name of its option, with advice. With --json the
 * error is one line of JSON on standard error, for scripts.
 */
import { type DossierError, rows } from "@dossier/api";
import { CommandFailure } from "./exit.ts";
import { optionOfFault } from "./fields.ts";
import { sanitise } from "./output/text-width.ts";

/** Advice by code; codes whose message suffices have none. */
const advice: Partial<Record<DossierError["code"], (error: DossierError) => string>> = {
  missing_key: () => "Set DOSSIER_KEY, or name a file with --key-file.",
  invalid_key: () => "It may be mistyped, expired or revoked. `dossier key list` shows the keys there are.",
  permission_missing: () => "Create a key with it: `dossier key create`, as an administrator.",
  session_required: () => "Commands need a key of the kind service, or one made with --headers-allowed.",
  not_found: () => "Or the key does not see its brand.",
  channel_taken: ownerHint,
  primary_id_taken: ownerHint,
  ambiguous_customer: () => "Add --brand-id, or name the customer by its id.",
  stale_version: () => "`dossier call customer.find` shows what it is now.",
  unknown_endpoint: () => "Is this server older than this command line? `dossier status` shows its version.",
};

function ownerHint({ conflict }: DossierError): string {
  const id = conflict?.customerId;
  return id === undefined ? "" : `\`dossier call customer.find ${id}\` shows who has it.`;
}

/** How to report an error. */
export interface ReportOptions {
  json?: boolean;
  /** the call used a key */
  hasKey?: boolean;
  /** the calling command, if it is not `call` */
  command?: string;
  /** the command's options by wire name, if they are not those of `call` */
  optionNames?: Record<string, string>;
}

/** Converts an endpoint's error into the failure of a command. */
export function toCommandFailure(error: DossierError, name: string, report: ReportOptions): CommandFailure {
  const exit = error.code === "unavailable" ? "unreachable" : "failed";
  const json = report.json === true;
  const failure = new CommandFailure(exit, json ? formatJson(error) : formatText(error, name, report), error);
  failure.isRaw = json;
  return failure;
}

function formatText(
  error: DossierError,
  endpoint: string,
  { command, optionNames, hasKey }: ReportOptions,
): string {
  const name = command ?? endpoint;
  const wait = error.retryAfter === undefined ? "" : `Try again in ${error.retryAfter} s.`;
  const quote = error.code === "internal" && error.requestId ? `Its request id is ${error.requestId}.` : "";
  const hint = error.code === "not_found" && !hasKey ? "" : advice[error.code]?.(error);
  const more = [hint, wait, quote].filter(Boolean).join(" ");
  if (error.errors.length === 0)
    return [`${name} was rejected (${error.code}): ${sanitise(error.message)}`, more]
      .filter(Boolean)
      .join("\n");
  const row = rows().find((one) => one.name === endpoint)?.row;
  const faults = error.errors.map(({ field, message }) => [
    optionNames?.[field] ?? (row ? optionOfFault(row, sanitise(field)) : sanitise(field)),
    sanitise(message),
  ]);
  const width = Math.max(...faults.map(([option = ""]) => option.length));
  return [
    `${name} was rejected (${error.code}):`,
    ...faults.map(([option = "", message = ""]) => `  ${option.padEnd(width)}  ${message}`),
    more,
    `\`dossier ${command ?? `call ${endpoint}`} --help\` shows what it takes.`,
  ]
    .filter(Boolean)
    .join("\n");
}

function formatJson({ code, message, errors, conflict, retryAfter, requestId }: DossierError): string {
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
