/**
 * Authorisation: a key needs the permission of the table's row and, where the row belongs to the whole installation,
 * all brands. It is checked only here, before anything else of a request is read.
 */
import { DossierError, type Endpoint, includesPermission, requiredPermission } from "@dossier/api";
import type { Caller } from "../domain/context.ts";

/** The permission and scope that a request requires. */
export type RequiredPermission = Pick<Endpoint, "permission" | "scope">;

/** Whether the caller has the permission. */
export function isPermitted({ permission, scope }: RequiredPermission, caller: Caller): boolean {
  if (scope === "installation" && caller.brands !== null) return false;
  return permission === "any" || includesPermission(caller.permissions, permission);
}

/** @throws DossierError `permission_missing`, naming the permission */
export function assertPermission(needed: RequiredPermission, caller: Caller): void {
  if (!isPermitted(needed, caller))
    throw new DossierError(
      "permission_missing",
      `This key lacks the permission ${requiredPermission(needed)}.`,
    );
}
