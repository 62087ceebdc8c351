/** Brands: every brand that the key sees, with what distinguishes them, and a new one. */
import type { Brand as BrandItem } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { DossierError } from "@dossier/api";
import { type SyntheticEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { api } from "../../session/api.ts";
import { useSession } from "../../session/session.tsx";
import { useLanguage, useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { errorText } from "../../ui/error-text.ts";
import { FaultLine, SelectField, TextField } from "../../ui/form-fields.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Brand, Foreign } from "../../ui/person.tsx";
import { Blank } from "../../ui/states.tsx";
import { ListView, useList } from "../list.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { countriesIn, countryName } from "./countries.ts";
import { brandsTexts } from "./text.ts";

export function BrandsPage() {
  const text = useTexts(brandsTexts);
  const names = useTexts(settingsTexts).pages;
  const { session } = useSession();
  const [isMaking, setMaking] = useState(false);
  const list = useList(["brands", "list"], (paging, signal) => api.brand.list(paging, { signal }));
  // a key for some brands would not see what it made
  const mayMake = session?.brandIds === null;
  const make = mayMake && (
    <button type="button" className="btn pri sm" onClick={() => setMaking(true)}>
      <Icon name="plus" />
      {text.newBrand}
    </button>
  );
  return (
    <SettingsPage title={names.brands} tools={make} isWide>
      <header>
        <div>
          <h1>{names.brands}</h1>
          <p>{text.lead}</p>
        </div>
      </header>
      <ListView list={list} empty={<Blank icon="brand" title={text.none} hint={text.noneHint} />}>
        {(brands) => <BrandTable brands={brands} />}
      </ListView>
      {isMaking && <NewBrand onClose={() => setMaking(false)} />}
    </SettingsPage>
  );
}

function BrandTable({ brands }: { brands: BrandItem[] }) {
  const text = useTexts(brandsTexts);
  const { language } = useLanguage();
  return (
    <div className="card over">
      <table className="table rows">
        <thead>
          <tr>
            <th scope="col">{text.brand}</th>
            <th scope="col">{text.country}</th>
            <th scope="col">{text.unknownFields}</th>
            <th scope="col">{text.lookup}</th>
          </tr>
        </thead>
        <tbody>
          {brands.map((brand) => (
            <tr key={brand.id}>
              <th scope="row">
                <Link href={`/settings/brands/${brand.id}`} className="plain">
                  <Brand id={brand.id} name={brand.name} />
                </Link>
              </th>
              <td data-label={text.country}>
                {brand.defaultCountry ? (
                  countryName(brand.defaultCountry, language)
                ) : (
                  <span className="t3">{text.noCountry}</span>
                )}
              </td>
              <td data-label={text.unknownFields}>{text.unknownShort[brand.customFields]}</td>
              <td data-label={text.lookup}>
                {brand.crmLookupUrl ? (
                  <Link href={`/settings/brands/${brand.id}/lookup`} className="plain row-gap">
                    <span className="dot good" />
                    <Foreign>{new URL(brand.crmLookupUrl).host}</Foreign>
                  </Link>
                ) : (
                  <span className="t3">{text.off}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function NewBrand({ onClose }: { onClose: () => void }) {
  const text = useTexts(brandsTexts);
  const words = useText();
  const { language } = useLanguage();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [name, setName] = useState("");
  const [country, setCountry] = useState("");
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const faults = error instanceof DossierError ? error.fields : {};

  async function submit(event: SyntheticEvent) {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const { id } = await api.brand.create({ name, ...(country ? { defaultCountry: country } : {}) });
      await queries.invalidateQueries({ queryKey: ["brands"] });
      onClose();
      navigate(`/settings/brands/${id}`);
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
    }
  }
  return (
    <Dialog
      title={text.newBrand}
      onClose={onClose}
      isDirty={name !== "" || country !== ""}
      footer={
        <>
          <button type="button" className="btn ghost" onClick={onClose}>
            {words.words.cancel}
          </button>
          <button type="submit" form="new-brand" className="btn pri" disabled={isBusy || !name.trim()}>
            {text.make}
          </button>
        </>
      }
    >
      <form id="new-brand" className="stack" onSubmit={(event) => void submit(event)}>
        <p className="t2">{text.newLead}</p>
        <TextField
          label={text.name}
          value={name}
          fault={faults.name}
          isFirst
          onChange={(next) => {
            setName(next);
            setError(undefined);
          }}
        />
        <SelectField
          label={text.country}
          hint={text.countryHint}
          value={country}
          fault={faults.defaultCountry}
          options={[["", text.noCountry], ...countriesIn(language)]}
          onChange={setCountry}
        />
        {error !== undefined && Object.keys(faults).length === 0 && (
          <FaultLine fault={errorText(error, words)} />
        )}
      </form>
    </Dialog>
  );
}
