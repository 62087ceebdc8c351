/**
 * The customer's own fields as they are stored: the table of `@dossier/api` with the column of each field. The statements
 * on customers, the copies of deleted ones, search, CRM, provenance and the register of personal data read it.
 */
import { customerFields as ownFields, customerTexts, type OwnCustomerField } from "@dossier/api";

/** Our name of a field. */
export type CustomerField = OwnCustomerField["name"];

/** The column of each field, in `customer` and in `deleted_customer`. */
const columns = {
  primaryId: "primary_id",
  firstname: "firstname",
  lastname: "lastname",
} as const satisfies Record<CustomerField, string>;

type Identifier = Extract<OwnCustomerField, { kind: "identifier" }>;
type Text = Extract<OwnCustomerField, { kind: "text" }>;
type Searchable = Extract<OwnCustomerField, { searchable: true }>;

/** Fields that are sent, or to be set. */
export type CustomerFields = { [F in CustomerField]?: string | undefined };

/** The columns of a row that hold them. */
export type CustomerColumns = {
  [F in CustomerField as (typeof columns)[F]]: F extends Identifier["name"] ? string | null : string;
};

/** The columns whose words the search finds a customer by. */
export type SearchableColumns = Pick<CustomerColumns, (typeof columns)[Searchable["name"]]>;

/** The texts of a customer on the wire. */
export type WireTexts = Record<Text["wire"], string>;

/** In the order in which `fields` of a result names them. */
export const customerFields = ownFields.map((field) => ({ ...field, column: columns[field.name] }));

/** The texts: every field but the identifier. */
export const textFields = customerFields.filter((field) => field.kind === "text");

const columnOf: Record<CustomerField, string> = columns;
const searchableColumns = customerTexts
  .filter(({ searchable }) => searchable)
  .map(({ name }) => columnOf[name] as keyof SearchableColumns);

/** The columns of `SearchableColumns`, for a statement. */
export const searchableList = searchableColumns.join(", ");

const searchableWires = customerTexts.filter(({ searchable }) => searchable).map(({ wire }) => wire);

/** The texts whose words the search finds a customer by, of a customer on the wire. */
export function searchableWireTexts(customer: WireTexts): string[] {
  return searchableWires.map((wire) => customer[wire]);
}

/** The text whose words the search finds a customer by. */
export function searchableText(row: SearchableColumns): string {
  return searchableColumns.map((column) => row[column]).join(" ");
}

/** The same, field by field. */
export function searchableTexts(row: SearchableColumns): string[] {
  return searchableColumns.map((column) => row[column]);
}

/** The texts among the fields of an input. */
export function textFieldsOf(input: CustomerFields): CustomerFields {
  return Object.fromEntries(textFields.map(({ name }) => [name, input[name]]));
}

/** The columns of all fields, for a statement; with the prefix of a table where there is one. */
export function fieldColumns(prefix = ""): string {
  return customerFields.map(({ column }) => `${prefix}${column}`).join(", ");
}

/** The columns of the texts of a table, for a statement, under their names on the wire. */
export function wireTextColumns(prefix: string): string {
  return textFields
    .map(({ column, wire }) => (column === wire ? `${prefix}${column}` : `${prefix}${column} AS ${wire}`))
    .join(", ");
}

/** Adds the texts of a row to what the wire shows: member by member, since a spread of a record costs thirty times as much. */
export function addWireTexts(shown: WireTexts, row: WireTexts): void {
  for (const { wire } of textFields) shown[wire] = row[wire];
}

/** The names on the wire of the fields that are given. */
export function wireNamesOf(fields: CustomerFields): string[] {
  return customerFields.filter(({ name }) => fields[name] !== undefined).map(({ wire }) => wire);
}

/** The names on the wire of the fields that are given and not empty: those that have a provenance from the beginning. */
export function filledNamesOf(fields: CustomerFields): string[] {
  return customerFields.filter(({ name }) => fields[name]).map(({ wire }) => wire);
}

/** The fields that differ from what a customer has. */
export function changedFields(row: CustomerColumns, fields: CustomerFields): CustomerFields {
  const changed: CustomerFields = {};
  for (const { name, column } of customerFields) {
    const value = fields[name];
    if (value !== undefined && value !== row[column]) changed[name] = value;
  }
  return changed;
}

/** A customer's columns after a change of fields. */
export function withFields<R extends CustomerColumns>(row: R, fields: CustomerFields): R {
  const changed = { ...row };
  for (const { name, column } of customerFields) {
    const value = fields[name];
    if (value !== undefined) Object.assign(changed, { [column]: value });
  }
  return changed;
}

/** The columns of a new customer, one list for each field: what is not given is absent. */
export function columnLists(all: readonly CustomerFields[]): (string | null)[][] {
  return customerFields.map(({ name, kind }) =>
    all.map((fields) => fields[name] ?? (kind === "identifier" ? null : "")),
  );
}
