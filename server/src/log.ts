/**
 * The log: one JSON object a line, or coloured lines on a terminal. Callers log ids, names of endpoints, codes and
 * durations: never a key, an address, a person's name or a query string. Errors of the database keep their code and
 * lose their text, because PostgreSQL quotes values in it.
 */
import { DossierError } from "@dossier/api";
import { type DestinationStream, type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";

export type Log = Logger;

/** Opens the log on standard error, pretty on a terminal; or on another stream. */
export function openLog(
  level: string,
  pretty = process.stderr.isTTY,
  destination = openStandardError(),
): Log {
  const options = {
    level,
    base: null,
    serializers: { err: serializeError },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return pino(options, pretty ? prettyStream(destination) : destination);
}

/** Lines for people. */
function prettyStream(destination: DestinationStream): DestinationStream {
  const format = prettyFactory({
    ignore: "pid,hostname",
    singleLine: true,
    translateTime: "SYS:HH:MM:ss.l",
  });
  return { write: (line) => void destination.write(format(line)) };
}

/**
 * Writes synchronously, and drops what cannot be written: a full disk must not keep the server from running or
 * stopping.
 */
export function openStandardError(): DestinationStream {
  const destination = pino.destination({ dest: 2, sync: true });
  destination.on("error", () => undefined);
  return destination;
}

/** The parts of an error that may be logged. */
function serializeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, constraint, routine } = error as { code?: string; constraint?: string; routine?: string };
  const known = { type: error.name, code, constraint, routine };
  const cause = error.cause instanceof Error ? { cause: serializeError(error.cause) } : {};
  const fromDatabase = error.name === "error" || routine !== undefined;
  if (error instanceof DossierError || fromDatabase) return { ...known, ...cause, stack: stackFrames(error) };
  return { ...known, message: error.message, ...cause, stack: stackFrames(error) };
}

/** The frames of a stack without its first line, which repeats the message. */
function stackFrames(error: Error): string[] {
  return (error.stack ?? "")
    .split("\n")
    .filter((line) => line.startsWith("    at "))
    .map((line) => line.trim().slice(3));
}
