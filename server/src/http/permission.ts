/**
 * Authorisation: a key needs the permission of the table's row and, where the row belongs to the whole installation,
 * all brands; some credentials only open sessions. It is checked only here, before anything else of a request is read.
 */
import { DossierError, type Endpoint, includesPermission, requiredPermission } from "@dossier/api";
import type { Caller } from "../domain/context.ts";

/** The permission and scope that a request requires. */
export type RequiredPermission = Pick<Endpoint, "permission" | "scope" | "cookie">;

/** Whether the caller has the permission. */
export function isPermitted({ permission, scope, cookie }: RequiredPermission, caller: Caller): boolean {
  if (caller.opensSessionsOnly && cookie !== "opens") return false;
  if (scope === "installation" && caller.brands !== null) return false;
  return permission === "any" || includesPermission(caller.permissions, permission);
}

/** @throws DossierError `permission_missing`, naming the permission; `session_required` */
export function assertPermission(needed: RequiredPermission, caller: Caller): void {
  if (isPermitted(needed, caller)) return;
  if (caller.opensSessionsOnly)
    throw new DossierError(
      "session_required",
      "This key only opens sessions: send it to POST /session, and the cookie of that with every other call.",
    );
  throw new DossierError(
    "permission_missing",
    `This key lacks the permission ${requiredPermission(needed)}.`,
  );
}
