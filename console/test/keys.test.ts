// Keys in the console: permissions are those of the API, with the same parts of SETTINGS_CRUD; what ends with a key.
import { includesPermission, permissions } from "@dossier/api";
import { expect, test } from "vitest";
import { descendantsOf } from "../src/settings/access/key-life.ts";
import { isHeld, permissionGroups, roleOf, roles, tidy } from "../src/settings/access/permissions.ts";

test("every permission is in one group, and is held as the API holds it", () => {
  expect(permissionGroups.flatMap(({ members }) => members).sort()).toEqual(permissions.toSorted());
  for (const held of [[], ["SETTINGS_CRUD"], ["AUDIT_READ"]] as const)
    for (const one of permissions) expect(isHeld(held, one)).toBe(includesPermission(new Set(held), one));
});

test("a role is known by exactly its permissions, however they are listed", () => {
  expect(roleOf(roles.agent.toReversed())).toBe("agent");
  expect(roleOf([...permissions])).toBe("administrator");
  expect(roleOf([...roles.reader, "TICKET_CREATE"])).toBeUndefined();
  expect(tidy(["AUDIT_READ", "SETTINGS_CRUD", "CUSTOMER_READ"])).toEqual(["CUSTOMER_READ", "SETTINGS_CRUD"]);
});

test("with a key end the live keys that it has made, and those that they have made", () => {
  const key = (id: number, parent: number | null, revokedAt: string | null = null) => ({
    id,
    createdBy: parent === null ? null : { id: parent, name: null },
    revokedAt,
    expiresAt: null,
  });
  const keys = [key(4, 3), key(3, 2), key(2, null), key(5, 2, "2026-01-01T00:00:00Z"), key(6, null)];
  expect(descendantsOf(2, keys).map(({ id }) => id)).toEqual([4, 3]);
  expect(descendantsOf(6, keys)).toEqual([]);
});
