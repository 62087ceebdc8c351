/**
 * The log: one JSON object a line, or coloured lines on a terminal. Who logs passes ids, names of endpoints, codes and
 * durations: never a key, an address, a person's name or a query string. Errors of the database keep their code and
 * lose their text, because PostgreSQL quotes values in it.
 */
import { DossierError } from "@dossier/api";
import { type DestinationStream, type Logger, pino } from "pino";
import { PinoPretty } from "pino-pretty";

export type Log = Logger;

/** Opens the log on standard error, pretty when that is a terminal; or on another stream, plain. */
export function openLog(level: string, pretty = process.stderr.isTTY, to?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    serializers: { err: showError },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return pretty
    ? pino(
        options,
        PinoPretty({
          destination: 2,
          sync: true,
          ignore: "pid,hostname",
          singleLine: true,
          translateTime: "SYS:HH:MM:ss.l",
        }),
      )
    : pino(options, to ?? standardError());
}

/** Written at once, and given up when it cannot be: a full disk must not keep the server from working or stopping. */
function standardError(): DestinationStream {
  const destination = pino.destination({ dest: 2, sync: true });
  destination.on("error", () => undefined);
  return destination;
}

/** What of an error may be written down. */
function showError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, constraint, routine } = error as { code?: string; constraint?: string; routine?: string };
  const known = { type: error.name, code, constraint, routine };
  const cause = error.cause instanceof Error ? { cause: showError(error.cause) } : {};
  const fromDatabase = error.name === "error" || routine !== undefined;
  if (error instanceof DossierError || fromDatabase) return { ...known, ...cause, stack: frames(error) };
  return { ...known, message: error.message, ...cause, stack: frames(error) };
}

/** The places of a stack without its first line, which repeats the message. */
function frames(error: Error): string[] {
  return (error.stack ?? "")
    .split("\n")
    .filter((line) => line.startsWith("    at "))
    .map((line) => line.trim().slice(3));
}
