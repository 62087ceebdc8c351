// Written by `npm run client-types` from the endpoint table.
import type { Page, Result } from "../../envelope.ts";
import type { CallOptions, ListOptions } from "../options.ts";
import type { CustomFieldType } from "./words.ts";

/** A custom field of a brand. */
export interface CustomFieldDefinition {
  /** Dossier's own id. For example `4`. */
  id: number;
  /** The brand it belongs to. For example `1`. */
  brandId: number;
  /** Customers carry it as `custom.<name>`. For example `tier`. */
  name: string;
  /** What people see. For example `Loyalty tier`. */
  label: string;
  /** What its values are. For example `select`. */
  type: CustomFieldType;
  /** What a select can be. */
  options: string[];
}

/** What `customfield.update` did. */
export interface CustomFieldUpdateResult extends Result {
  /** How many customers had a value that is gone now. */
  valuesLost?: number | undefined;
}

/** What `customfield.delete` did. */
export interface CustomFieldDeleteResult extends Result {
  /** How many customers had a value that is gone now. */
  valuesLost?: number | undefined;
}

/**
 * The fields of `customfield.list`.
 *
 * @example
 * const input: CustomFieldListInput = {};
 */
export interface CustomFieldListInput {
  /** Fields of this brand. For example `1`. */
  brandId?: number | undefined;
  /** How many to skip; default 0. */
  itemStart?: number | undefined;
  /**
   * How many to answer, from 1; default 15. More than 99 counts as 99, as the answer's itemLimit says. 1 or
   * more.
   */
  itemLimit?: number | undefined;
  /** `nextCursor` of the page before; not together with itemStart. At most 1,000 characters. */
  cursor?: string | undefined;
}

/**
 * The fields of `customfield.create`.
 *
 * @example
 * const input: CustomFieldCreateInput = { brandId: 1, name: "tier", label: "Loyalty tier", type: "select", options: ["silver", "gold"] };
 */
export interface CustomFieldCreateInput {
  /** The brand, by its id. For example `1`. */
  brandId: number;
  /** The name. At most 64 characters. For example `tier`. */
  name: string;
  /**
   * What people see; default: the name. At most 255 characters; empty text clears it. For example `Loyalty
   * tier`.
   */
  label?: string | undefined;
  /** Default text. For example `select`. */
  type?: CustomFieldType | undefined;
  /** What a select can be: at most 200 texts, 16 KiB in all. At least 1. */
  options?: string[] | undefined;
}

/**
 * The fields of `customfield.update`.
 *
 * @example
 * const input: CustomFieldUpdateInput = { id: 4, label: "Tier" };
 */
export interface CustomFieldUpdateInput {
  /** Dossier's own id of the custom field. For example `4`. */
  id: number;
  /** The name. At most 64 characters. */
  name?: string | undefined;
  /** What people see; default: the name. At most 255 characters; empty text clears it. For example `Tier`. */
  label?: string | undefined;
  /** Default text. */
  type?: CustomFieldType | undefined;
  /** What a select can be: at most 200 texts, 16 KiB in all. At least 1. */
  options?: string[] | undefined;
  /** Go ahead although values are lost. */
  force?: boolean | undefined;
}

/**
 * The fields of `customfield.delete`.
 *
 * @example
 * const input: CustomFieldDeleteInput = { id: 4 };
 */
export interface CustomFieldDeleteInput {
  /** Dossier's own id of the custom field. For example `4`. */
  id: number;
  /** Go ahead although values are lost. */
  force?: boolean | undefined;
}

/** What a brand wants to know of its customers beyond their names. */
export interface CustomFieldMethods {
  /**
   * List the custom fields.
   *
   * Any valid key may call it.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { items, nextCursor } = await dossier.customfield.list();
   */
  list(input?: CustomFieldListInput, options?: CallOptions): Promise<Page<CustomFieldDefinition>>;
  /**
   * Iterates over the whole list of `list`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.customfield.each({}, { limit: 500 })) console.log(item.id);
   */
  each(
    input?: CustomFieldListInput,
    options?: ListOptions,
  ): AsyncGenerator<CustomFieldDefinition, void, undefined>;
  /**
   * Define a custom field.
   *
   * Needs the permission SETTINGS_CRUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { outcome } = await dossier.customfield.create({ brandId: 1, name: "tier", label: "Loyalty tier", type: "select", options: ["silver", "gold"] });
   */
  create(input: CustomFieldCreateInput, options?: CallOptions): Promise<Result>;
  /**
   * Change a custom field.
   *
   * A change of type that some values do not fit needs `force`, and clears those values.
   *
   * Needs the permission SETTINGS_CRUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const result = await dossier.customfield.update({ id: 4, label: "Tier" });
   */
  update(input: CustomFieldUpdateInput, options?: CallOptions): Promise<CustomFieldUpdateResult>;
  /**
   * Delete a custom field and its values.
   *
   * Needs the permission SETTINGS_CRUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const result = await dossier.customfield.delete({ id: 4 });
   */
  delete(input: CustomFieldDeleteInput, options?: CallOptions): Promise<CustomFieldDeleteResult>;
}
