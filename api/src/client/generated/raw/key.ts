// Written by `npm run client-types` from the endpoint table.
import type { RawPage, RawResult } from "../../../envelope.ts";
import type { CallOptions, ListOptions } from "../../options.ts";
import type { KeyCreateInput, KeyListInput, KeyRevokeInput } from "../key.ts";
import type { Permission } from "../words.ts";

/** An API key, as the wire has it. */
export interface RawApiKey {
  /** Dossier's own id. */
  id: number;
  /** The name. */
  name: string;
  /** Whose key it is: a program's (`service`), or that of a `person` who signs in on pages. */
  kind: "service" | "person";
  /** Whether calls may carry it; else it only opens sessions. A service's key always may be carried. */
  headers_allowed: boolean;
  /** The beginning of the key's text, enough to recognise it by. */
  prefix: string;
  /** What the key may do. */
  permissions: Permission[];
  /** null: all brands. */
  brand_ids: number[] | null;
  /** Whether documented calls with it refuse names that they do not know. */
  strict: boolean;
  /** When the key was made. */
  created_at: string;
  /**
   * The key that made it, or has taken it over since: it ends with that one. null: with none, made by the
   * bootstrap administrator key, the first start or a command beside the data.
   */
  created_by: {
    /** Its id. */
    id: number;
    /** null: the key that asks does not see it. */
    name: string | null;
  } | null;
  /** When it, or a key that it ends with, stops working; null: never. */
  expires_at: string | null;
  /** When it, or a key that it ends with, was revoked. */
  revoked_at: string | null;
  /** Exact to a minute. */
  last_used_at: string | null;
}

/** What `key.create` did. */
export interface RawKeyCreateResult extends RawResult {
  /** The key; it is not shown again. */
  key: string;
  /**
   * The key that made it, or has taken it over since: it ends with that one. null: with none, made by the
   * bootstrap administrator key, the first start or a command beside the data.
   */
  created_by: {
    /** Its id. */
    id: number;
    /** null: the key that asks does not see it. */
    name: string | null;
  } | null;
  /** When it, or a key that it ends with, stops working; null: never. */
  expires_at: string | null;
}

/** What `key.revoke` did. */
export interface RawKeyRevokeResult extends RawResult {
  /** How many keys that it had made ended with it, if any. */
  ended?: number | undefined;
  /** With `adopt`: how many keys were taken over. */
  adopted?: number | undefined;
}

/** API keys: who may do what, in which brands, until when. */
export interface RawKeyMethods {
  /** List the API keys. */
  list(input?: KeyListInput, options?: CallOptions): Promise<RawPage<RawApiKey>>;
  /** Iterates over the whole list of `list`, item by item; pages are fetched as needed. */
  each(input?: KeyListInput, options?: ListOptions): AsyncGenerator<RawApiKey, void, undefined>;
  /** Create an API key. */
  create(input: KeyCreateInput, options?: CallOptions): Promise<RawKeyCreateResult>;
  /** Revoke an API key. */
  revoke(input: KeyRevokeInput, options?: CallOptions): Promise<RawKeyRevokeResult>;
}
