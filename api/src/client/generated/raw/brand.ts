// Written by `npm run client-types` from the endpoint table.
import type { RawItem, RawPage, RawResult } from "../../../envelope.ts";
import type { CallOptions, ListOptions } from "../../options.ts";
import type {
  BrandCreateInput,
  BrandCrmTestInput,
  BrandDeleteInput,
  BrandFindInput,
  BrandListInput,
  BrandUpdateInput,
} from "../brand.ts";

/** A brand; only keys with SETTINGS_CRUD get the five fields about its CRM, as the wire has it. */
export interface RawBrand {
  /** Dossier's own id. */
  id: number;
  /** The name. */
  name: string;
  /** Whether customers may be found by an address in POST /customer. */
  search_by_channel: boolean;
  /** ISO 3166 code used to display telephone numbers; may be empty. */
  default_country: string;
  /** Unknown custom fields: `open` makes them, `defined` refuses them. */
  custom_fields: "open" | "defined";
  /** An address that another customer holds: `refuse` the call, or `skip` the address. */
  taken_address: "refuse" | "skip";
  /** Whether primary ids such as `null` or `0` are refused or allowed. */
  placeholder_ids: "refuse" | "allow";
  /**
   * Whether the documented calls refuse names that they do not know, instead of listing them as `ignored`.
   */
  strict: boolean;
  /** Where the brand's CRM is asked; empty: it has none. */
  crm_lookup_url?: string | undefined;
  /** The names of the headers sent to it, never their values. */
  crm_headers?: string[] | undefined;
  /** Our fields and where its answers hold them. */
  crm_field_map?: Record<string, string> | undefined;
  /** Whether it overwrites what people and programs have set. */
  crm_wins?: boolean | undefined;
  /** For how long a contact does not ask it again. */
  crm_refresh_seconds?: number | undefined;
  /** When it was made. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
}

/** What a brand's CRM answered to a trial, as the wire has it. */
export interface RawBrandCrmTest {
  /** What was asked, without the headers. */
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
    /** The primary id; empty: none. */
    external_primary_id: string;
    /** The given name; empty when there is none. */
    firstname: string;
    /** The family name; empty when there is none. */
    lastname: string;
    /** The channels it would have, beside the address asked for. */
    channels: {
      /** The channel type's number. */
      channel_id: number;
      /** The channel type's name, such as `email`. */
      channel_name: string;
      /** The address as it was given. */
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

/** Brands and their settings. Every customer belongs to one. */
export interface RawBrandMethods {
  /** List the brands the key may see. */
  list(input?: BrandListInput, options?: CallOptions): Promise<RawPage<RawBrand>>;
  /** Iterates over the whole list of `list`, item by item; pages are fetched as needed. */
  each(input?: BrandListInput, options?: ListOptions): AsyncGenerator<RawBrand, void, undefined>;
  /** Read one brand. */
  find(input: BrandFindInput, options?: CallOptions): Promise<RawItem<RawBrand>>;
  /** Create a brand. */
  create(input: BrandCreateInput, options?: CallOptions): Promise<RawResult>;
  /** Change a brand's name or settings. */
  update(input: BrandUpdateInput, options?: CallOptions): Promise<RawResult>;
  /** Try a brand's CRM. */
  crmTest(input: BrandCrmTestInput, options?: CallOptions): Promise<RawItem<RawBrandCrmTest>>;
  /** Delete an empty brand. */
  delete(input: BrandDeleteInput, options?: CallOptions): Promise<RawResult>;
}
