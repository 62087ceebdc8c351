// Written by `npm run client-types` from the endpoint table.
import type { Page, Result } from "../../envelope.ts";
import type { CallOptions, ListOptions } from "../options.ts";
import type { Permission } from "./words.ts";

/** An API key. */
export interface ApiKey {
  /** Dossier's own id. For example `3`. */
  id: number;
  /** The name. For example `Service desk`. */
  name: string;
  /** Whose key it is: a program's (`service`), or that of a `person` who signs in on pages. */
  kind: "service" | "person";
  /** Whether calls may carry it; else it only opens sessions. A service's key always may be carried. */
  headersAllowed: boolean;
  /** The beginning of the key's text, enough to recognise it by. For example `the-key`. */
  prefix: string;
  /** What the key may do. */
  permissions: Permission[];
  /** null: all brands. */
  brandIds: number[] | null;
  /** Whether documented calls with it refuse names that they do not know. */
  strict: boolean;
  /** When the key was made. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  createdAt: string;
  /**
   * The key that made it, or has taken it over since: it ends with that one. null: with none, made by the
   * bootstrap administrator key, the first start or a command beside the data.
   */
  createdBy: {
    /** Its id. For example `3`. */
    id: number;
    /** null: the key that asks does not see it. For example `Service desk`. */
    name: string | null;
  } | null;
  /** When it, or a key that it ends with, stops working; null: never. RFC 3339, UTC. */
  expiresAt: string | null;
  /** When it, or a key that it ends with, was revoked. RFC 3339, UTC. */
  revokedAt: string | null;
  /** Exact to a minute. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  lastUsedAt: string | null;
}

/** What `key.create` did. */
export interface KeyCreateResult extends Result {
  /** The key; it is not shown again. For example `the-key-is-shown-here-once`. */
  key: string;
  /**
   * The key that made it, or has taken it over since: it ends with that one. null: with none, made by the
   * bootstrap administrator key, the first start or a command beside the data.
   */
  createdBy: {
    /** Its id. For example `7`. */
    id: number;
    /** null: the key that asks does not see it. */
    name: string | null;
  } | null;
  /** When it, or a key that it ends with, stops working; null: never. RFC 3339, UTC. */
  expiresAt: string | null;
}

/** What `key.revoke` did. */
export interface KeyRevokeResult extends Result {
  /** How many keys that it had made ended with it, if any. */
  ended?: number | undefined;
  /** With `adopt`: how many keys were taken over. */
  adopted?: number | undefined;
}

/**
 * The fields of `key.list`.
 *
 * @example
 * const input: KeyListInput = {};
 */
export interface KeyListInput {
  /** Only keys of programs, or of persons. */
  kind?: "service" | "person" | undefined;
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
 * The fields of `key.create`.
 *
 * @example
 * const input: KeyCreateInput = { name: "Service desk", permissions: ["CUSTOMER_READ", "CUSTOMER_CUD"], brandIds: [1] };
 */
export interface KeyCreateInput {
  /** The name. At most 255 characters. For example `Service desk`. */
  name: string;
  /** What the key may do. At least 1. */
  permissions: Permission[];
  /** Left out: all brands. At least 1. */
  brandIds?: number[] | undefined;
  /**
   * When the key stops working, no later than the one that makes it; left out: when that one does. A `Date`,
   * or RFC 3339 with the distance from UTC.
   */
  expiresAt?: Date | string | undefined;
  /** Whose key it is: `service`, a program's, which is the default; or `person`, for signing in on pages. */
  kind?: "service" | "person" | undefined;
  /** Of a person's key: calls may carry it too, as those of a program do; default false. */
  headersAllowed?: boolean | undefined;
  /**
   * Documented calls with it refuse names that they do not know, instead of listing them as `ignored`;
   * default false.
   */
  strict?: boolean | undefined;
}

/**
 * The fields of `key.revoke`.
 *
 * @example
 * const input: KeyRevokeInput = { id: 3 };
 */
export interface KeyRevokeInput {
  /** Dossier's own id of the key. For example `3`. */
  id: number;
  /** Take over the keys that it has made, which needs its permissions; no key lasts longer for that. */
  adopt?: boolean | undefined;
}

/** API keys: who may do what, in which brands, until when. */
export interface KeyMethods {
  /**
   * List the API keys.
   *
   * Needs the permission SETTINGS_CRUD.
   *
   * @example
   * const { items, nextCursor } = await dossier.key.list();
   */
  list(input?: KeyListInput, options?: CallOptions): Promise<Page<ApiKey>>;
  /**
   * Iterates over the whole list of `list`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.key.each({}, { limit: 500 })) console.log(item.id);
   */
  each(input?: KeyListInput, options?: ListOptions): AsyncGenerator<ApiKey, void, undefined>;
  /**
   * Create an API key.
   *
   * Answers the key's text once. A key hands out only permissions and brands that it has itself, and no
   * longer than it lasts: the new key ends with the one that makes it.
   *
   * Needs the permission SETTINGS_CRUD.
   *
   * @throws {DossierError} `permission_missing`: the key lacks the permission, or does not reach far enough
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const result = await dossier.key.create({ name: "Service desk", permissions: ["CUSTOMER_READ", "CUSTOMER_CUD"], brandIds: [1] });
   */
  create(input: KeyCreateInput, options?: CallOptions): Promise<KeyCreateResult>;
  /**
   * Revoke an API key.
   *
   * At once in the process that answers, within a second in every other. The keys that it has made, and those
   * that they have made, end with it; with `adopt` the key that asks takes them over instead, and if it was
   * made by the revoked one itself, takes its place.
   *
   * Needs the permission SETTINGS_CRUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const result = await dossier.key.revoke({ id: 3 });
   */
  revoke(input: KeyRevokeInput, options?: CallOptions): Promise<KeyRevokeResult>;
}
