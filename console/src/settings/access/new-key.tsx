/** A new key, of a program or of a person: name, permissions, brands, end. Its text is handed on once, and kept nowhere. */
import type { ApiKey, Permission } from "@dossier/api";
import { useState } from "react";
import { api } from "../../session/api.ts";
import { useSession } from "../../session/session.tsx";
import { useTexts } from "../../text/texts.ts";
import { SwitchField, TextField } from "../../ui/form-fields.tsx";
import { useAct } from "../parts/act.ts";
import { BrandChoice } from "../parts/brands.tsx";
import { FormDialog } from "../parts/form-dialog.tsx";
import { partsTexts } from "../parts/text.ts";
import { type ChosenEnd, isChosen, KeyEndField, momentOf } from "./key-end.tsx";
import { PermissionChoice } from "./permission-choice.tsx";
import { isHeld, roleNames, roleOf, roles, tidy } from "./permissions.ts";
import { accessTexts } from "./text.ts";

export interface MadeKey {
  id: number;
  name: string;
  /** the key itself */
  secret: string;
}

interface NewKeyProps {
  kind: ApiKey["kind"];
  onMade: (made: MadeKey) => void;
  onClose: () => void;
}

interface Draft {
  name: string;
  permissions: readonly Permission[];
  brandIds: readonly number[] | null;
  end: ChosenEnd;
  isStrict: boolean;
  isForHeaders: boolean;
}

const places = ["name", "permissions", "brandIds", "expiresAt"] as const;

const create = ({ name, permissions, brandIds, end, isStrict, isForHeaders }: Draft, kind: ApiKey["kind"]) =>
  api.key.create({
    kind,
    name: name.trim(),
    permissions: tidy(permissions),
    expiresAt: momentOf(end),
    ...(brandIds ? { brandIds: [...brandIds] } : {}),
    ...(isStrict ? { strict: true } : {}),
    ...(isForHeaders ? { headersAllowed: true } : {}),
  });

export function NewKey({ kind, onMade, onClose }: NewKeyProps) {
  const access = useTexts(accessTexts);
  const parts = useTexts(partsTexts);
  const { session } = useSession();
  const [start] = useState<Draft>(() => ({
    name: "",
    permissions: [],
    brandIds: session?.brandIds ?? null,
    end: { preset: "never", day: "" },
    isStrict: false,
    isForHeaders: false,
  }));
  const [draft, setDraft] = useState(start);
  const isPerson = kind === "person";
  const act = useAct(
    places,
    async () => {
      const { id, key: secret } = await create(draft, kind);
      onMade({ id, secret, name: draft.name.trim() });
    },
    () => ({
      ...(draft.permissions.length === 0 && { permissions: access.form.choosePermission }),
      ...(draft.brandIds?.length === 0 && { brandIds: parts.chooseBrand }),
      ...(!isChosen(draft.end) && { expiresAt: access.form.chooseDay }),
    }),
  );
  const { faults } = act;
  const change = (next: Partial<Draft>) => {
    setDraft({ ...draft, ...next });
    act.clear();
  };
  return (
    <FormDialog
      title={isPerson ? access.people.new : access.keys.new}
      onClose={onClose}
      isDirty={draft !== start}
      act={act}
      label={access.form.make}
      isReady={draft.name.trim() !== ""}
    >
      <TextField
        label={access.form.name}
        hint={isPerson ? access.people.nameHint : access.form.nameHint}
        value={draft.name}
        maxLength={255}
        fault={faults.name}
        isFirst
        onChange={(name) => change({ name })}
      />
      {isPerson && (
        <RoleChoice value={draft.permissions} onChange={(permissions) => change({ permissions })} />
      )}
      <PermissionChoice
        value={draft.permissions}
        onChange={(permissions) => change({ permissions })}
        fault={faults.permissions}
      />
      <BrandChoice
        value={draft.brandIds}
        onChange={(brandIds) => change({ brandIds })}
        fault={faults.brandIds}
      />
      <KeyEndField value={draft.end} onChange={(end) => change({ end })} fault={faults.expiresAt} />
      {isPerson ? (
        <SwitchField
          label={access.people.headersAllowed}
          hint={access.people.headersHint}
          isOn={draft.isForHeaders}
          onChange={(isForHeaders) => change({ isForHeaders })}
        />
      ) : (
        <SwitchField
          label={access.form.strict}
          hint={access.form.strictHint}
          isOn={draft.isStrict}
          onChange={(isStrict) => change({ isStrict })}
        />
      )}
    </FormDialog>
  );
}

/** Presets by the work of a person. They only fill in the permissions below, which can be changed. */
function RoleChoice({
  value,
  onChange,
}: {
  value: readonly Permission[];
  onChange: (value: readonly Permission[]) => void;
}) {
  const text = useTexts(accessTexts);
  const { session } = useSession();
  const mine = session?.permissions ?? [];
  const offered = roleNames.filter((role) => roles[role].every((one) => isHeld(mine, one)));
  const chosen = roleOf(value);
  if (offered.length === 0) return null;
  return (
    <div className="field">
      <span className="label">{text.people.role}</span>
      <div className="seg fit" role="group" aria-label={text.people.role}>
        {offered.map((role) => (
          <button
            key={role}
            type="button"
            aria-pressed={role === chosen}
            onClick={() => onChange(roles[role])}
          >
            {text.roles[role]}
          </button>
        ))}
      </div>
    </div>
  );
}
