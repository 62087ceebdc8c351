/** A new key, of a program or of a person: name, permissions, brands, end. Its text is handed on once, and kept nowhere. */
import { type ApiKey, DossierError, type Permission } from "@dossier/api";
import { type SyntheticEvent, useState } from "react";
import { api } from "../../session/api.ts";
import { useSession } from "../../session/session.tsx";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { errorText } from "../../ui/error-text.ts";
import { Icon } from "../../ui/icon.tsx";
import { BrandChoice } from "../parts/brands.tsx";
import { InputField, SwitchField } from "../parts/input-field.tsx";
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

const placeOf = ["name", "permissions", "brandIds", "expiresAt"] as const;
type Faults = Partial<Record<(typeof placeOf)[number] | "other", string>>;

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
  const text = useText();
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
  const [faults, setFaults] = useState<Faults>({});
  const [isBusy, setBusy] = useState(false);
  const isPerson = kind === "person";
  const change = (next: Partial<Draft>) => {
    setDraft({ ...draft, ...next });
    setFaults({});
  };
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const missing: Faults = {
      ...(draft.permissions.length === 0 && { permissions: access.form.choosePermission }),
      ...(draft.brandIds?.length === 0 && { brandIds: parts.chooseBrand }),
      ...(!isChosen(draft.end) && { expiresAt: access.form.chooseDay }),
    };
    if (Object.keys(missing).length > 0) return setFaults(missing);
    setBusy(true);
    try {
      const { id, key: secret } = await create(draft, kind);
      onMade({ id, secret, name: draft.name.trim() });
    } catch (error) {
      const fields = error instanceof DossierError ? error.fields : {};
      const known = placeOf.filter((name) => fields[name]);
      setFaults(
        known.length > 0
          ? Object.fromEntries(known.map((name) => [name, fields[name]]))
          : { other: errorText(error, text) },
      );
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={isPerson ? access.people.add : access.keys.new}
      onClose={onClose}
      isDirty={draft !== start}
      footer={
        <>
          <button type="button" className="btn ghost" onClick={onClose}>
            {text.words.cancel}
          </button>
          <button type="submit" form="new-key" className="btn pri" disabled={isBusy || !draft.name.trim()}>
            {access.form.make}
          </button>
        </>
      }
    >
      <form id="new-key" className="stack" noValidate onSubmit={(event) => void submit(event)}>
        <InputField
          label={access.form.name}
          hint={isPerson ? access.people.nameHint : access.form.nameHint}
          value={draft.name}
          maxLength={255}
          fault={faults.name}
          autoFocus
          onChange={(event) => change({ name: event.target.value })}
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
        {faults.other && (
          <p className="fault-line" role="alert">
            <Icon name="warning" />
            <span>{faults.other}</span>
          </p>
        )}
      </form>
    </Dialog>
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
