/**
 * Setting table: the name and settings of a brand, one entry each. The row, its statements, the validation, what the
 * wire shows, what the audit trail calls changed and what makes a CRM lookup stale are all read from it: a new setting
 * is a column, a field in `api/src/endpoints/brand.ts`, and an entry here. The compiler reports a field without an entry,
 * a test an entry without a column.
 */
import type { Api, Decoded, Permission } from "@dossier/api";
import type { RequestContext } from "../context.ts";
import { validateCountry, validateFieldMap, validateHeaders, validateUrl } from "./validation.ts";

export type SettingsInput = Omit<Decoded<Api["brand"]["update"]>, "id">;
type Sent<Name extends keyof SettingsInput> = NonNullable<SettingsInput[Name]>;

/** A setting; its key in the table is the name of its input. */
interface Setting<Value> {
  column: string;
  /** the name on the wire, where it is not that of the column */
  wireName?: string;
  /** the permission needed to see it; without one, every caller that sees the brand does */
  visibleTo?: Permission;
  /** a CRM lookup during which it changes is repeated */
  isOfLookup?: true;
  /** the column is of JSON */
  isJson?: true;
  /** for a column that can hold words: why they are no personal data */
  words?: string;
  /** the fault of what was sent */
  validate?(sent: Value, ctx: RequestContext): string | undefined;
  /** what the column holds, where it is not what was sent */
  toColumn?(sent: Value): unknown;
}

const settingTable = {
  name: { column: "name", words: "what an operator calls a brand" },
  searchByChannel: { column: "search_by_channel" },
  defaultCountry: {
    column: "default_country",
    words: "a code",
    validate: validateCountry,
    toColumn: (country) => country.toUpperCase(),
  },
  customFields: { column: "custom_fields", words: "closed words" },
  takenAddress: { column: "taken_address", words: "closed words" },
  placeholderIds: { column: "placeholder_ids", words: "closed words" },
  /** documented operations refuse names that they do not know */
  strict: { column: "strict" },
  /** empty: the brand has no CRM */
  crmLookupUrl: {
    column: "crm_lookup_url",
    visibleTo: "SETTINGS_CRUD",
    isOfLookup: true,
    words: "of a server",
    validate: validateUrl,
  },
  /** the headers sent to the CRM: only their names are a setting, their values are sealed (crm-headers.ts) */
  crmHeaders: {
    column: "crm_header_names",
    wireName: "crm_headers",
    visibleTo: "SETTINGS_CRUD",
    isOfLookup: true,
    words: "what an operator's server asks for",
    validate: validateHeaders,
    toColumn: (headers) => Object.keys(headers),
  },
  /** our field by the JSON pointer to it in a response */
  crmFieldMap: {
    column: "crm_field_map",
    visibleTo: "SETTINGS_CRUD",
    isOfLookup: true,
    isJson: true,
    words: "names of fields",
    validate: validateFieldMap,
  },
  crmWins: { column: "crm_wins", visibleTo: "SETTINGS_CRUD" },
  crmRefreshSeconds: { column: "crm_refresh_seconds", visibleTo: "SETTINGS_CRUD" },
} as const satisfies { [Name in keyof Required<SettingsInput>]: Setting<Sent<Name>> };

type SettingTable = typeof settingTable;
type Value<Name extends keyof SettingTable> = SettingTable[Name] extends {
  toColumn(sent: never): infer Stored;
}
  ? Stored
  : Sent<Name>;

/** The columns of the settings. */
export type SettingColumns = {
  -readonly [Name in keyof SettingTable as SettingTable[Name]["column"]]: Value<Name>;
};

type WireName<Name extends keyof SettingTable> = SettingTable[Name] extends {
  wireName: infer Wire extends string;
}
  ? Wire
  : SettingTable[Name]["column"];
type Restricted<Name extends keyof SettingTable> = SettingTable[Name] extends { visibleTo: Permission }
  ? Name
  : never;

/** The settings as the wire shows them to a caller. */
export type ShownSettings = {
  [Name in Exclude<keyof SettingTable, Restricted<keyof SettingTable>> as WireName<Name>]: Value<Name>;
} & { [Name in Restricted<keyof SettingTable> as WireName<Name>]?: Value<Name> };

/** The settings, in the order of the table. */
export const brandSettings = Object.entries<Setting<unknown>>(settingTable).map(([input, setting]) => ({
  wireName: setting.column,
  ...setting,
  input: input as keyof SettingsInput,
  column: setting.column as keyof SettingColumns,
}));
