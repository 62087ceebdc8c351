/** Choice of permissions by group. Invariant: only what the key of the session may hand out is offered. */
import type { Permission } from "@dossier/api";
import { useSession } from "../../session/session.tsx";
import { useTexts } from "../../text/texts.ts";
import { Icon } from "../../ui/icon.tsx";
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
  return (
    <fieldset className="field">
      <legend className="label">{text.form.permissions}</legend>
      <div className="grants">
        {permissionGroups.map(({ name, members }) => {
          const offered = members.filter((one) => isHeld(mine, one));
          if (offered.length === 0) return null;
          return (
            <div key={name} role="group" aria-label={text.groups[name]}>
              <span className="t3 xsmall">{text.groups[name]}</span>
              {offered.map((one) => (
                <label key={one} className="check">
                  <input
                    type="checkbox"
                    checked={isHeld(value, one)}
                    disabled={isIncluded(value, one)}
                    onChange={() => toggle(one)}
                  />
                  <span>
                    {text.may[one]}
                    {isIncluded(value, one) && <small className="t3 xsmall">{text.form.withAll}</small>}
                  </span>
                </label>
              ))}
            </div>
          );
        })}
      </div>
      {fault && (
        <span className="fault" role="alert">
          <Icon name="warning" size={14} />
          {fault}
        </span>
      )}
    </fieldset>
  );
}
