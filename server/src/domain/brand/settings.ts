/** Settings of a brand that a call sends: validated together, so that every fault is reported at once. */
import { isDeepStrictEqual } from "node:util";
import { type Fault, invalid } from "@dossier/api";
import type { RequestContext } from "../context.ts";
import type { Brand } from "./row.ts";
import { brandSettings, type SettingsInput } from "./setting-table.ts";

/** The settings sent, by column; settings that were not sent are absent. */
export interface Settings {
  columns: Partial<Brand>;
  /** of the CRM, replacing the previous ones */
  headers: Record<string, string> | undefined;
}

/**
 * Reads and validates the settings sent.
 *
 * @throws DossierError naming every fault
 */
export function parseSettings(ctx: RequestContext, input: SettingsInput): Settings {
  const sent = brandSettings.filter((one) => input[one.input] !== undefined);
  const faults = sent.flatMap(({ wireName, validate, input: name }): Fault[] => {
    const message = validate?.(input[name], ctx);
    return message === undefined ? [] : [{ field: wireName, message }];
  });
  if (faults.length > 0) throw invalid(faults);
  const columns = sent.map(({ column, toColumn, input: name }) => [
    column,
    toColumn ? toColumn(input[name]) : input[name],
  ]);
  return { columns: Object.fromEntries(columns) as Partial<Brand>, headers: input.crmHeaders };
}

/** The wire names of the settings sent; given a brand, of those that differ from it. Headers sent always count. */
export function changedFieldNames({ columns, headers }: Settings, before?: Brand): string[] {
  const changed = brandSettings
    .filter(({ column, input }) => column in columns && input !== "crmHeaders")
    .filter(({ column }) => !before || !isDeepStrictEqual(columns[column], before[column]));
  return [...changed.map(({ wireName }) => wireName), ...(headers ? ["crm_headers"] : [])];
}
