/** Choice of permissions by group. Invariant: only what the key of the session may hand out is offered. */
import type { Permission } from "@dossier/api";
import { useSession } from "../../session/session.tsx";
import { useTexts } from "../../text/texts.ts";
import { ChoiceGrid } from "../parts/choice-grid.tsx";
import { isHeld, isIncluded, permissionGroups } from "./permissions.ts";
import { accessTexts } from "./text.ts";

interface PermissionChoiceProps {
  value: readonly Permission[];
  onChange: (value: readonly Permission[]) => void;
  fault: string | undefined;
}

export function PermissionChoice({ value, onChange, fault }: PermissionChoiceProps) {
  const text = useTexts(accessTexts);
  const { session } = useSession();
  const mine = session?.permissions ?? [];
  const toggle = (one: Permission) =>
    onChange(value.includes(one) ? value.filter((other) => other !== one) : [...value, one]);
  const groups = permissionGroups
    .map(({ name, members }) => ({
      name: text.groups[name],
      ticks: members
        .filter((one) => isHeld(mine, one))
        .map((one) => ({
          value: one,
          label: text.may[one],
          hint: isIncluded(value, one) ? text.form.withAll : undefined,
          isOn: isHeld(value, one),
          isFixed: isIncluded(value, one),
        })),
    }))
    .filter(({ ticks }) => ticks.length > 0);
  return <ChoiceGrid label={text.form.permissions} groups={groups} onToggle={toggle} fault={fault} />;
}
