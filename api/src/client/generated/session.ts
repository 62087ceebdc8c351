// Written by `npm run client-types` from the endpoint table.
import type { Result } from "../../envelope.ts";
import type { NoFields } from "../../input-values.ts";
import type { CallOptions } from "../options.ts";
import type { Permission } from "./words.ts";

/** The key in use: its name, kind, permissions, brands and end, and its session. */
export interface Session {
  /** The key the session stands for; 0 is the bootstrap administrator key. */
  keyId: number;
  /** The key's name. */
  name: string;
  /** Whose key it is: a program's (`service`), or that of a `person` who signs in on pages. */
  kind: "service" | "person";
  /** What the key may do. */
  permissions: Permission[];
  /** null: all brands. */
  brandIds: number[] | null;
  /** When the key, or one that it ends with, stops working; null: never. RFC 3339, UTC. */
  expiresAt: string | null;
  /** The session of the cookie; null: the call came with a key. */
  session: {
    /** When it was opened, by a key or a start link. RFC 3339, UTC. */
    openedAt: string;
    /** When it ends at the latest; before, if the key does. RFC 3339, UTC. */
    expiresAt: string;
    /** After how many seconds without a call it ends before; null: no such limit. */
    idleSeconds: number | null;
  } | null;
}

/** Sessions: a key exchanged for a cookie, for pages that should not hold keys. */
export interface SessionMethods {
  /**
   * Exchange a key for a cookie.
   *
   * Sets an HttpOnly cookie that stands for the key for 12 hours, or until the session is closed, is not used
   * for as long as the operator has set (`DOSSIER_SESSION_IDLE`), or the key ends. By a cookie it is the same
   * session again, which ends when it would have. The token of a start link (`dossier start-link`) is sent as
   * a key too: it opens one session of its key, and is used up by it. With the cookie, everything but GET
   * needs an `Origin` header of this server's own origin.
   *
   * Any valid key may call it.
   *
   * @throws {DossierError} `start_link_over`: the start link was used, is over, or never was one
   * @example
   * const session = await dossier.session.open();
   */
  open(input?: NoFields, options?: CallOptions): Promise<Session>;
  /**
   * Who am I.
   *
   * The name, kind, permissions, brands and end of the key in use, however it was sent, and the end of the
   * session, if it came by a cookie.
   *
   * Any valid key may call it.
   *
   * @example
   * const session = await dossier.session.find();
   */
  find(input?: NoFields, options?: CallOptions): Promise<Session>;
  /**
   * Close the session.
   *
   * Takes the cookie away and ends the session: when this is answered its cookie is refused by every process
   * of this server, and within a second by other servers on the same database. A key has no session to close.
   *
   * Any valid key may call it.
   *
   * @example
   * const { outcome } = await dossier.session.close();
   */
  close(input?: NoFields, options?: CallOptions): Promise<Result>;
}
