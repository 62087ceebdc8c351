// Written by `npm run client-types` from the endpoint table.
import type { Page, Result } from "../../envelope.ts";
import type { CallOptions, ListOptions } from "../options.ts";

/** A brand; only keys with SETTINGS_CRUD get the five fields about its CRM. */
export interface Brand {
  /** Dossier's own id. For example `1`. */
  id: number;
  /** The name. For example `Main`. */
  name: string;
  /** Whether customers may be found by an address in `customer.resolve`. */
  searchByChannel: boolean;
  /** ISO 3166 code used to display telephone numbers; may be empty. For example `DE`. */
  defaultCountry: string;
  /** Unknown custom fields: `open` makes them, `defined` refuses them. */
  customFields: "open" | "defined";
  /** An address that another customer holds: `refuse` the call, or `skip` the address. */
  takenAddress: "refuse" | "skip";
  /** Whether primary ids such as `null` or `0` are refused or allowed. */
  placeholderIds: "refuse" | "allow";
  /**
   * Whether the documented calls refuse names that they do not know, instead of listing them as `ignored`.
   */
  strict: boolean;
  /** Where the brand's CRM is asked; empty: it has none. */
  crmLookupUrl?: string | undefined;
  /** The names of the headers sent to it, never their values. */
  crmHeaders?: string[] | undefined;
  /** Our fields and where its answers hold them. */
  crmFieldMap?: Record<string, string> | undefined;
  /** Whether it overwrites what people and programs have set. */
  crmWins?: boolean | undefined;
  /** For how long a contact does not ask it again. */
  crmRefreshSeconds?: number | undefined;
  /** When it was made. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  createdAt: string;
  /** When it last changed. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  updatedAt: string;
}

/** What a brand's CRM answered to a trial. */
export interface BrandCrmTest {
  /** What was asked, without the headers. For example `https://shop.example.org/dossier`. */
  url: string;
  /** The names of the headers sent with it. */
  headers: string[];
  /** Of the CRM's answer; null: none came. */
  status: number | null;
  /** How long it took. */
  milliseconds: number;
  /** How many the CRM knows; null: it did not say. */
  results: number | null;
  /** Why the answer is of no use; null: it is. */
  failure: {
    /** What a lookup would be refused with. */
    code: "crm_failed" | "crm_timeout";
    /** The same in words for people. */
    message: string;
  } | null;
  /** What each result comes to in this brand. */
  mapped: {
    /** The primary id; empty: none. For example `K-17`. */
    primaryId: string;
    /** The given name; empty when there is none. For example `Ada`. */
    firstname: string;
    /** The family name; empty when there is none. For example `Lovelace`. */
    lastname: string;
    /** The channels it would have, beside the address asked for. */
    channels: {
      /** The channel type's number. For example `1`. */
      channelId: number;
      /** The channel type's name, such as `email`. */
      channelName: string;
      /** The address as it was given. For example `ada@example.org`. */
      address: string;
    }[];
    /** The custom fields it would have. */
    custom: {
      /** `custom_` and the field's name. */
      field: string;
      /** The value as it would be kept. */
      value: string;
    }[];
    /** What would not be taken over, and why. */
    skipped: {
      /** Our name of it, or where in the answer's `channels` it stands. */
      field: string;
      /** Why it was left out. */
      message: string;
    }[];
  }[];
}

/**
 * The fields of `brand.list`.
 *
 * @example
 * const input: BrandListInput = {};
 */
export interface BrandListInput {
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
 * The fields of `brand.find`.
 *
 * @example
 * const input: BrandFindInput = { id: 1 };
 */
export interface BrandFindInput {
  /** Dossier's own id of the brand. For example `1`. */
  id: number;
}

/**
 * The fields of `brand.create`.
 *
 * @example
 * const input: BrandCreateInput = { name: "Acme", searchByChannel: true, defaultCountry: "DE" };
 */
export interface BrandCreateInput {
  /** Unique. At most 255 characters. For example `Acme`. */
  name: string;
  /** Find customers by an address in `customer.resolve`; default false. For example `true`. */
  searchByChannel?: boolean | undefined;
  /**
   * Two-letter country code, for display only. At most 2 characters; empty text clears it. For example `DE`.
   */
  defaultCountry?: string | undefined;
  /** `open`: an unknown custom field becomes a text field; `defined`: it is refused. */
  customFields?: "open" | "defined" | undefined;
  /** What an address held by another customer does: `refuse` the call, or `skip` the address. */
  takenAddress?: "refuse" | "skip" | undefined;
  /** Whether primary ids such as `null` or `0` are refused or allowed. */
  placeholderIds?: "refuse" | "allow" | undefined;
  /**
   * Refuse names that a documented call does not know, instead of listing them as `ignored`; default false.
   */
  strict?: boolean | undefined;
  /**
   * Where the brand's CRM is asked about contacts; empty: not at all. At most 2,048 characters; empty text
   * clears it.
   */
  crmLookupUrl?: string | undefined;
  /**
   * Headers for the CRM, by their names; they replace those before. Kept encrypted for the origin (scheme,
   * host and port) of `crmLookupUrl`, and never shown again: with a URL of another origin they must be sent
   * again. At most 20 names.
   */
  crmHeaders?: Record<string, string> | "" | undefined;
  /**
   * Where the CRM's answers hold our fields: `primary_id`, `firstname`, `lastname`, `email`, `telephone`,
   * `channels` or `custom_…` by a JSON pointer; 16 KiB in all. At most 100 names.
   */
  crmFieldMap?: Record<string, string> | "" | undefined;
  /** Let the CRM overwrite what people and programs have set; default false. */
  crmWins?: boolean | undefined;
  /**
   * A new contact does not ask the CRM again about a customer synced less long ago; default 0: it always
   * asks. 0 to 31,536,000.
   */
  crmRefreshSeconds?: number | undefined;
}

/**
 * The fields of `brand.update`.
 *
 * @example
 * const input: BrandUpdateInput = { id: 1, customFields: "defined", takenAddress: "skip" };
 */
export interface BrandUpdateInput {
  /** Dossier's own id of the brand. For example `1`. */
  id: number;
  /** Unique. At most 255 characters. */
  name?: string | undefined;
  /** Find customers by an address in `customer.resolve`; default false. */
  searchByChannel?: boolean | undefined;
  /**
   * Two-letter country code, for display only. At most 2 characters; empty text clears it. For example `DE`.
   */
  defaultCountry?: string | undefined;
  /** `open`: an unknown custom field becomes a text field; `defined`: it is refused. */
  customFields?: "open" | "defined" | undefined;
  /** What an address held by another customer does: `refuse` the call, or `skip` the address. */
  takenAddress?: "refuse" | "skip" | undefined;
  /** Whether primary ids such as `null` or `0` are refused or allowed. */
  placeholderIds?: "refuse" | "allow" | undefined;
  /**
   * Refuse names that a documented call does not know, instead of listing them as `ignored`; default false.
   */
  strict?: boolean | undefined;
  /**
   * Where the brand's CRM is asked about contacts; empty: not at all. At most 2,048 characters; empty text
   * clears it.
   */
  crmLookupUrl?: string | undefined;
  /**
   * Headers for the CRM, by their names; they replace those before. Kept encrypted for the origin (scheme,
   * host and port) of `crmLookupUrl`, and never shown again: with a URL of another origin they must be sent
   * again. At most 20 names.
   */
  crmHeaders?: Record<string, string> | "" | undefined;
  /**
   * Where the CRM's answers hold our fields: `primary_id`, `firstname`, `lastname`, `email`, `telephone`,
   * `channels` or `custom_…` by a JSON pointer; 16 KiB in all. At most 100 names.
   */
  crmFieldMap?: Record<string, string> | "" | undefined;
  /** Let the CRM overwrite what people and programs have set; default false. */
  crmWins?: boolean | undefined;
  /**
   * A new contact does not ask the CRM again about a customer synced less long ago; default 0: it always
   * asks. 0 to 31,536,000.
   */
  crmRefreshSeconds?: number | undefined;
}

/**
 * The fields of `brand.crmTest`. It needs `address` or `primaryId`.
 *
 * @example
 * const input: BrandCrmTestInput = { id: 1, channel: "email", address: "ada@example.org" };
 */
export interface BrandCrmTestInput {
  /** Dossier's own id of the brand. For example `1`. */
  id: number;
  /** `phoneNumber` (the default), `telephone` or `email`. At most 64 characters. */
  channel?: string | undefined;
  /** The address to look up. At most 255 characters. For example `ada@example.org`. */
  address?: string | undefined;
  /** Looks up by primary id, in the place of an address. At most 255 characters. For example `K-17`. */
  primaryId?: string | undefined;
}

/**
 * The fields of `brand.delete`.
 *
 * @example
 * const input: BrandDeleteInput = { id: 1 };
 */
export interface BrandDeleteInput {
  /** Dossier's own id of the brand. For example `1`. */
  id: number;
}

/** Brands and their settings. Every customer belongs to one. */
export interface BrandMethods {
  /**
   * List the brands the key may see.
   *
   * Any valid key may call it.
   *
   * @example
   * const { items, nextCursor } = await dossier.brand.list();
   */
  list(input?: BrandListInput, options?: CallOptions): Promise<Page<Brand>>;
  /**
   * Iterates over the whole list of `list`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.brand.each({}, { limit: 500 })) console.log(item.id);
   */
  each(input?: BrandListInput, options?: ListOptions): AsyncGenerator<Brand, void, undefined>;
  /**
   * Read one brand.
   *
   * Any valid key may call it.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const brand = await dossier.brand.find({ id: 1 });
   */
  find(input: BrandFindInput, options?: CallOptions): Promise<Brand>;
  /**
   * Create a brand.
   *
   * A key for some brands would not see what it made.
   *
   * Needs the permission SETTINGS_CRUD for all brands.
   *
   * @example
   * const { outcome } = await dossier.brand.create({ name: "Acme", searchByChannel: true, defaultCountry: "DE" });
   */
  create(input: BrandCreateInput, options?: CallOptions): Promise<Result>;
  /**
   * Change a brand's name or settings.
   *
   * Needs the permission SETTINGS_CRUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { outcome } = await dossier.brand.update({ id: 1, customFields: "defined", takenAddress: "skip" });
   */
  update(input: BrandUpdateInput, options?: CallOptions): Promise<Result>;
  /**
   * Try a brand's CRM.
   *
   * Asks the CRM as a lookup does and tells what came back and what would be taken over. Changes nothing.
   *
   * Needs the permission SETTINGS_CRUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `crm_not_configured`: the brand has no CRM
   * @example
   * const brandCrmTest = await dossier.brand.crmTest({ id: 1, channel: "email", address: "ada@example.org" });
   */
  crmTest(input: BrandCrmTestInput, options?: CallOptions): Promise<BrandCrmTest>;
  /**
   * Delete an empty brand.
   *
   * Every key loses it, and its custom fields go with it.
   *
   * Needs the permission SETTINGS_CRUD for all brands.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `brand_in_use`: the brand is not empty
   * @example
   * const { outcome } = await dossier.brand.delete({ id: 1 });
   */
  delete(input: BrandDeleteInput, options?: CallOptions): Promise<Result>;
}
