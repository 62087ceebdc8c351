// Written by `npm run client-types` from the endpoint table.
import type { RawItem, RawResult } from "../../../envelope.ts";
import type { NoFields } from "../../../input-values.ts";
import type { CallOptions } from "../../options.ts";
import type { Permission } from "../words.ts";

/** The key in use: its name, kind, permissions, brands and end, and its session, as the wire has it. */
export interface RawSession {
  /** The key the session stands for; 0 is the bootstrap administrator key. */
  key_id: number;
  /** The key's name. */
  name: string;
  /** Whose key it is: a program's (`service`), or that of a `person` who signs in on pages. */
  kind: "service" | "person";
  /** What the key may do. */
  permissions: Permission[];
  /** null: all brands. */
  brand_ids: number[] | null;
  /** When the key, or one that it ends with, stops working; null: never. */
  expires_at: string | null;
  /** The session of the cookie; null: the call came with a key. */
  session: {
    /** When it was opened, by a key or a start link. */
    opened_at: string;
    /** When it ends at the latest; before, if the key does. */
    expires_at: string;
    /** After how many seconds without a call it ends before; null: no such limit. */
    idle_seconds: number | null;
  } | null;
}

/** Sessions: a key exchanged for a cookie, for pages that should not hold keys. */
export interface RawSessionMethods {
  /** Exchange a key for a cookie. */
  open(input?: NoFields, options?: CallOptions): Promise<RawItem<RawSession>>;
  /** Who am I. */
  find(input?: NoFields, options?: CallOptions): Promise<RawItem<RawSession>>;
  /** Close the session. */
  close(input?: NoFields, options?: CallOptions): Promise<RawResult>;
}
