/** Rules: how strictly a brand takes what programs and agents send. Each says what it means for them. */
import type { Brand } from "@dossier/api";
import { useText } from "../../../text/text.tsx";
import { useTexts } from "../../../text/texts.ts";
import { ChoiceField, SwitchField } from "../../../ui/form-fields.tsx";
import { Theirs } from "../../form.tsx";
import { SaveBar } from "../../save-bar.tsx";
import { BrandFrame } from "../brand-frame.tsx";
import { useBrandForm } from "../brand-query.ts";
import { rulesTexts } from "./text.ts";

const names = ["customFields", "takenAddress", "placeholderIds", "searchByChannel", "strict"] as const;

export function RulesTab({ brand }: { brand: Brand }) {
  const text = useTexts(rulesTexts);
  const { yes, no } = useText().customer;
  const form = useBrandForm(brand, names);
  const { values, faults, set } = form;
  return (
    <BrandFrame
      brand={brand}
      tab="rules"
      footer={<SaveBar form={form} nameOf={(one) => text.names[one as keyof typeof text.names]} />}
    >
      <div className="stack l set-form">
        <ChoiceField
          label={text.names.customFields}
          value={values.customFields}
          fault={faults.customFields}
          note={
            <Theirs form={form} name="customFields" shown={text.customFields[brand.customFields].title} />
          }
          options={choices(text.customFields)}
          onChange={(customFields) => set({ customFields })}
        />
        <ChoiceField
          label={text.names.takenAddress}
          value={values.takenAddress}
          fault={faults.takenAddress}
          note={
            <Theirs form={form} name="takenAddress" shown={text.takenAddress[brand.takenAddress].title} />
          }
          options={choices(text.takenAddress)}
          onChange={(takenAddress) => set({ takenAddress })}
        />
        <ChoiceField
          label={text.names.placeholderIds}
          value={values.placeholderIds}
          fault={faults.placeholderIds}
          note={
            <Theirs
              form={form}
              name="placeholderIds"
              shown={text.placeholderIds[brand.placeholderIds].title}
            />
          }
          options={choices(text.placeholderIds)}
          onChange={(placeholderIds) => set({ placeholderIds })}
        />
        <SwitchField
          label={text.names.searchByChannel}
          hint={values.searchByChannel ? text.searchByChannelOn : text.searchByChannelOff}
          isOn={values.searchByChannel}
          fault={faults.searchByChannel}
          note={<Theirs form={form} name="searchByChannel" shown={brand.searchByChannel ? yes : no} />}
          onChange={(searchByChannel) => set({ searchByChannel })}
        />
        <SwitchField
          label={text.names.strict}
          hint={values.strict ? text.strictOn : text.strictOff}
          isOn={values.strict}
          fault={faults.strict}
          note={<Theirs form={form} name="strict" shown={brand.strict ? yes : no} />}
          onChange={(strict) => set({ strict })}
        />
      </div>
    </BrandFrame>
  );
}

/** The options of a choice, in the order of their texts. */
function choices<Value extends string>(texts: Record<Value, { title: string; hint: string }>) {
  const entries = Object.entries(texts) as [Value, { title: string; hint: string }][];
  return entries.map(([value, { title, hint }]) => [value, title, hint] as const);
}
