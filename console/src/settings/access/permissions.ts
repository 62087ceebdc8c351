/**
 * Permissions as people read them: in groups, and as the roles that people have. Invariant: every permission is in one
 * group; the parts of SETTINGS_CRUD are included by it.
 */
import type { Permission } from "@dossier/api";

export type GroupName = "customers" | "tickets" | "messages" | "channels" | "settings";

const groupOf: Record<Permission, GroupName> = {
  CUSTOMER_READ: "customers",
  CUSTOMER_CUD: "customers",
  TICKET_READ: "tickets",
  TICKET_CREATE: "tickets",
  TICKET_UPDATE: "tickets",
  MESSAGE_CREATE: "messages",
  CHANNEL_READ: "channels",
  CHANNEL_CUD: "channels",
  SETTINGS_CRUD: "settings",
  METRICS_READ: "settings",
  AUDIT_READ: "settings",
  WEBHOOK_CUD: "settings",
};

const allPermissions = Object.keys(groupOf) as Permission[];

export const permissionGroups = [...new Set(Object.values(groupOf))].map((name) => ({
  name,
  members: allPermissions.filter((one) => groupOf[one] === name),
}));

const partsOfSettings: readonly Permission[] = ["METRICS_READ", "AUDIT_READ", "WEBHOOK_CUD"];

/** Whether a permission comes with another of these. */
export const isIncluded = (held: readonly Permission[], one: Permission): boolean =>
  partsOfSettings.includes(one) && held.includes("SETTINGS_CRUD");

/** Whether a key with these permissions may do what needs this one. */
export const isHeld = (held: readonly Permission[], one: Permission): boolean =>
  held.includes(one) || isIncluded(held, one);

/** Permissions in the order of the groups, without those that another includes. */
export const tidy = (held: readonly Permission[]): Permission[] =>
  allPermissions.filter((one) => held.includes(one) && !isIncluded(held, one));

export const roles = {
  agent: ["CUSTOMER_READ", "CUSTOMER_CUD", "TICKET_READ", "TICKET_UPDATE", "MESSAGE_CREATE", "CHANNEL_READ"],
  reader: ["CUSTOMER_READ", "TICKET_READ", "CHANNEL_READ"],
  administrator: tidy(allPermissions),
} as const satisfies Record<string, readonly Permission[]>;

export type Role = keyof typeof roles;
export const roleNames = Object.keys(roles) as Role[];

/** The role that has exactly these permissions. */
export function roleOf(held: readonly Permission[]): Role | undefined {
  const wanted = tidy(held).join();
  return roleNames.find((role) => tidy(roles[role]).join() === wanted);
}
