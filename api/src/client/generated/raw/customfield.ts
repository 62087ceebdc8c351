// Written by `npm run client-types` from the endpoint table.
import type { RawPage, RawResult } from "../../../envelope.ts";
import type { CallOptions, ListOptions } from "../../options.ts";
import type {
  CustomFieldCreateInput,
  CustomFieldDeleteInput,
  CustomFieldListInput,
  CustomFieldUpdateInput,
} from "../customfield.ts";
import type { CustomFieldType } from "../words.ts";

/** A custom field of a brand, as the wire has it. */
export interface RawCustomFieldDefinition {
  /** Dossier's own id. */
  id: number;
  /** The brand it belongs to. */
  brand_id: number;
  /** Customers carry it as custom_<name>. */
  name: string;
  /** What people see. */
  label: string;
  /** What its values are. */
  type: CustomFieldType;
  /** What a select can be. */
  options: string[];
}

/** What `customfield.update` did. */
export interface RawCustomFieldUpdateResult extends RawResult {
  /** How many customers had a value that is gone now. */
  values_lost?: number | undefined;
}

/** What `customfield.delete` did. */
export interface RawCustomFieldDeleteResult extends RawResult {
  /** How many customers had a value that is gone now. */
  values_lost?: number | undefined;
}

/** What a brand wants to know of its customers beyond their names. */
export interface RawCustomFieldMethods {
  /** List the custom fields. */
  list(input?: CustomFieldListInput, options?: CallOptions): Promise<RawPage<RawCustomFieldDefinition>>;
  /** Iterates over the whole list of `list`, item by item; pages are fetched as needed. */
  each(
    input?: CustomFieldListInput,
    options?: ListOptions,
  ): AsyncGenerator<RawCustomFieldDefinition, void, undefined>;
  /** Define a custom field. */
  create(input: CustomFieldCreateInput, options?: CallOptions): Promise<RawResult>;
  /** Change a custom field. */
  update(input: CustomFieldUpdateInput, options?: CallOptions): Promise<RawCustomFieldUpdateResult>;
  /** Delete a custom field and its values. */
  delete(input: CustomFieldDeleteInput, options?: CallOptions): Promise<RawCustomFieldDeleteResult>;
}
