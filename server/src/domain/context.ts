/**
 * What every domain operation is given before its input: the database, who asks, and what the request said about
 * versions and retries. A plain value, made once per request; nothing in it is looked up later by anybody else.
 */
import { type ChannelType, DossierError, type Permission } from "@dossier/api";
import type { Db } from "../db/database.ts";
import type { Outside } from "../egress/client.ts";

/** Where a value came from. */
export type Source = "api" | "agent" | "crm" | "import";

/** Who asks. `brands` is null for a key that sees every brand, now and later. */
export interface Caller {
  keyId: number;
  name: string;
  permissions: ReadonlySet<Permission>;
  brands: readonly number[] | null;
  source: Source;
}

/** What stands beside a value as its origin. What the CRM said is no key's, whoever had it asked. */
export function originOf({ source, keyId }: Caller): [source: Source, keyId: number | null] {
  return [source, source === "crm" ? null : keyId];
}

/** A retry's identity: the same token, for the same key and operation, must not act twice. */
export interface Retry {
  /** keyed hashes: the caller's token and fields may speak of people, what is kept of them must not */
  token: Buffer;
  fingerprint: Buffer;
}

/** One request, as the domain sees it. */
export interface Ask {
  db: Db;
  /** the only way out to other machines; never inside a transaction */
  outside: Outside;
  caller: Caller;
  /** what is done, such as `customer.update`, and to what kind of thing */
  operation: string;
  about: string;
  /** signs cursors; 32 bytes */
  secret: Buffer;
  /** the installation's channel types, at most a second old */
  types: readonly ChannelType[];
  ifMatch?: number | undefined;
  retry?: Retry | undefined;
  /** the name the caller used for one of our fields, for faults that only the domain can find */
  spelled?: ((ours: string) => string) | undefined;
  /** set when the answer is a repeated one */
  replayed: boolean;
  /** drops what this process remembers of keys, so that a change of one counts at once here */
  forgetKeys?: (() => void) | undefined;
  /** the same for channel types */
  forgetTypes?: (() => void) | undefined;
}

/** Whether the caller may know of this brand. */
export function sees(caller: Caller, brandId: number): boolean {
  return caller.brands === null || caller.brands.includes(brandId);
}

/** The brand scope as statements take it: null stands for every brand. */
export function scopeOf(caller: Caller): readonly number[] | null {
  return caller.brands;
}

/** Refuses a version other than the one the caller has read. */
export function checkVersion(ask: Ask, version: number): void {
  if (ask.ifMatch !== undefined && ask.ifMatch !== version)
    throw new DossierError(
      "stale_version",
      `The customer has version ${version} by now. Read it again and repeat the change.`,
    );
}

/** The name a fault of one of our fields is told under. */
export function spelledBy(ask: Ask, ours: string): string {
  return ask.spelled?.(ours) ?? ours;
}
