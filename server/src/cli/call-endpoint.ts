/**
 * Endpoint call of a command: calls an endpoint by its name, and reports an error under the names of the command's own
 * options.
 */
import { type CallOptions, DossierError, type RawResponse } from "@dossier/api";
import { toCommandFailure, type ReportOptions } from "./error-report.ts";
import type { Target } from "./target/target.ts";

/** Calls an endpoint of the target. */
export function callEndpoint(
  target: Target,
  name: string,
  input: Record<string, unknown>,
  report: ReportOptions = {},
  options: CallOptions = {},
): Promise<RawResponse> {
  return reportErrors(target, name, report, () => target.client.call(name, input, options));
}

/** Runs calls of an endpoint, and converts its errors into failures of the command. */
export async function reportErrors<T>(
  target: Target,
  name: string,
  report: ReportOptions,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DossierError)
      throw toCommandFailure(error, name, { ...report, hasKey: target.hasKey });
    throw error;
  }
}
