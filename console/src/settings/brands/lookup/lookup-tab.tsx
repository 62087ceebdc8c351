/** CRM lookup: where a brand's CRM is asked, how its answers are read, and a trial beside it. */
import type { Brand, BrandCrmTest } from "@dossier/api";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useText } from "../../../text/text.tsx";
import { useTexts } from "../../../text/texts.ts";
import { SwitchField, TextField } from "../../../ui/form-fields.tsx";
import { Skeleton } from "../../../ui/states.tsx";
import { allFieldsQuery } from "../../fields/fields-query.ts";
import { Theirs } from "../../form.tsx";
import { SaveBar } from "../../save-bar.tsx";
import { BrandFrame } from "../brand-frame.tsx";
import { FieldMap, useFieldNames } from "./field-map.tsx";
import { Headers } from "./headers.tsx";
import { useLookupForm } from "./lookup-form.ts";
import { Refresh, useDuration } from "./refresh.tsx";
import { lookupTexts } from "./text.ts";
import { Trial } from "./trial.tsx";

export function LookupTab({ brand }: { brand: Brand }) {
  const { data: fields } = useQuery(allFieldsQuery(brand.id));
  if (!fields)
    return (
      <BrandFrame brand={brand} tab="lookup">
        <Skeleton rows={5} />
      </BrandFrame>
    );
  return (
    <Lookup brand={brand} custom={fields.map(({ name, label }) => ({ name: `custom_${name}`, label }))} />
  );
}

interface LookupProps {
  brand: Brand;
  custom: { name: string; label: string }[];
}

function Lookup({ brand, custom }: LookupProps) {
  const text = useTexts(lookupTexts);
  const { yes, no } = useText().customer;
  const form = useLookupForm(
    brand,
    custom.map(({ name }) => name),
  );
  const nameOfField = useFieldNames(custom);
  const durationOf = useDuration();
  const [trial, setTrial] = useState<BrandCrmTest>();
  const { values, faults, set } = form;
  const names: Record<string, string> = {
    crmLookupUrl: text.address,
    crmHeaders: text.headers,
    crmWins: text.wins,
    crmRefreshSeconds: text.refresh,
  };
  const nameOf = (field: string) =>
    field.startsWith("at:") ? text.whereIs(nameOfField(field.slice("at:".length))) : (names[field] ?? field);
  return (
    <BrandFrame brand={brand} tab="lookup" footer={<SaveBar form={form} nameOf={nameOf} />}>
      <div className="two-col">
        <div className="stack l">
          <section className="stack">
            <TextField
              label={text.address}
              hint={text.addressHint}
              icon="globe"
              type="url"
              value={values.crmLookupUrl}
              isFirst={!brand.crmLookupUrl}
              fault={faults.crmLookupUrl}
              note={<Theirs form={form} name="crmLookupUrl" />}
              onChange={(crmLookupUrl) => set({ crmLookupUrl })}
            />
            <Headers brand={brand} form={form} />
          </section>
          <FieldMap form={form} nameOf={nameOfField} trial={trial} />
          <section className="stack">
            <SwitchField
              label={text.wins}
              hint={values.crmWins ? text.winsOn : text.winsOff}
              isOn={values.crmWins}
              fault={faults.crmWins}
              note={<Theirs form={form} name="crmWins" shown={brand.crmWins ? yes : no} />}
              onChange={(crmWins) => set({ crmWins })}
            />
            <Refresh
              seconds={values.crmRefreshSeconds}
              fault={faults.crmRefreshSeconds}
              note={
                <Theirs
                  form={form}
                  name="crmRefreshSeconds"
                  shown={durationOf(brand.crmRefreshSeconds ?? 0)}
                />
              }
              onChange={(crmRefreshSeconds) => set({ crmRefreshSeconds })}
            />
          </section>
        </div>
        <Trial
          brand={brand}
          isChanged={form.isChanged}
          save={form.save}
          trial={trial}
          onTrial={setTrial}
          nameOf={nameOfField}
        />
      </div>
    </BrandFrame>
  );
}
