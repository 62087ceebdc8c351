/**
 * Editor of a custom field, new or changed. A change that values do not fit is refused with their number; only then,
 * with the number on the button, can it be made with the loss.
 */
import type { CustomFieldDefinition } from "@dossier/api";
import { useState } from "react";
import { api } from "../../session/api.ts";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { useDraft } from "../../ui/draft.ts";
import { SelectField, TextField } from "../../ui/form-fields.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useToast } from "../../ui/toast.tsx";
import { useAct } from "../parts/act.ts";
import { FormDialog } from "../parts/form-dialog.tsx";
import { type BrandName, useFieldsChanged } from "./fields-query.ts";
import { lossOf } from "./loss.ts";
import { OptionsEditor } from "./options-editor.tsx";
import { fieldsTexts } from "./text.ts";

type FieldType = CustomFieldDefinition["type"];
const types: readonly FieldType[] = ["text", "number", "boolean", "date", "select"];

interface Values {
  label: string;
  name: string;
  type: FieldType;
  options: string[];
}

const places = ["brandId", "label", "name", "type", "options", "force"] as const;

/** A name for programs, made of what people read. */
const nameFor = (label: string) =>
  label
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, "_")
    .replaceAll(/^_+|_+$/g, "");

const written = (options: string[]) => options.map((one) => one.trim()).filter(Boolean);

interface FieldEditorProps {
  /** undefined: a new one */
  field?: CustomFieldDefinition;
  /** brands that a new field can be of */
  brands: readonly BrandName[];
  onClose: () => void;
}

export function FieldEditor({ field, brands, onClose }: FieldEditorProps) {
  const text = useTexts(fieldsTexts);
  const words = useText();
  const toast = useToast();
  const refresh = useFieldsChanged();
  const draft = useDraft<Values>(field ?? { label: "", name: "", type: "text", options: [] });
  const [brandId, setBrandId] = useState(brands[0]?.id ?? 0);
  const { values, isChanged } = draft;
  const name = field || draft.changes.name !== undefined ? values.name : nameFor(values.label);
  const act = useAct(places, async () => {
    await write();
    await refresh();
    toast({ text: field ? text.saved(values.label) : text.made(values.label), icon: "check" });
    onClose();
  });
  const { faults } = act;
  const loss = lossOf(faults.force);
  const set = (next: Partial<Values>) => {
    act.clear();
    draft.set(next);
  };
  function write() {
    const options = values.type === "select" ? { options: written(values.options) } : {};
    if (!field)
      return api.customfield.create({ brandId, name, label: values.label, type: values.type, ...options });
    const isConverted = draft.changes.type !== undefined || draft.changes.options !== undefined;
    return api.customfield.update({
      id: field.id,
      ...draft.changes,
      ...(isConverted ? { type: values.type, ...options } : {}),
      ...(loss === undefined ? {} : { force: true }),
    });
  }
  return (
    <FormDialog
      title={field ? text.change(field.label) : text.newField}
      onClose={onClose}
      isDirty={isChanged}
      act={act}
      label={loss !== undefined ? text.saveWithLoss(loss) : field ? words.words.save : text.make}
      isReady={isChanged && name !== ""}
      isBad={loss !== undefined}
    >
      {!field && brands.length > 1 && (
        <SelectField
          label={text.brand}
          value={String(brandId)}
          fault={faults.brandId}
          options={brands.map((one) => [String(one.id), one.name] as const)}
          onChange={(id) => setBrandId(Number(id))}
        />
      )}
      <TextField
        label={text.label}
        hint={text.labelHint}
        value={values.label}
        fault={faults.label}
        isFirst
        onChange={(label) => set({ label })}
      />
      <TextField
        label={text.name}
        hint={
          field && draft.changes.name !== undefined
            ? text.renamed(`custom_${field.name}`, `custom_${name}`)
            : text.nameHint(`custom_${name || "…"}`)
        }
        isMono
        value={name}
        fault={faults.name}
        onChange={(next) => set({ name: next })}
      />
      <SelectField
        label={text.type}
        hint={text.typeHints[values.type]}
        value={values.type}
        fault={faults.type}
        options={types.map((type) => [type, text.types[type]] as const)}
        onChange={(type) => set({ type: type as FieldType })}
      />
      {values.type === "select" && (
        <OptionsEditor
          options={values.options}
          fault={faults.options}
          onChange={(options) => set({ options })}
        />
      )}
      {loss !== undefined && (
        <div className="tell bad" role="alert">
          <Icon name="warning" />
          <div>
            <b>{text.wouldLose(loss)}</b>
            <p>{text.wouldLoseHint}</p>
          </div>
        </div>
      )}
    </FormDialog>
  );
}
