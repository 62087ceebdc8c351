/** The first step: the brand of a new installation gets its name and country. */
import { type Brand as BrandItem, DossierError } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { Link } from "wouter";
import { api } from "../session/api.ts";
import { countriesIn, countryName } from "../settings/brands/countries.ts";
import { useLanguage, useText } from "../text/text.tsx";
import { useTexts } from "../text/texts.ts";
import { errorText } from "../ui/error-text.ts";
import { FaultLine, SelectField, TextField } from "../ui/form-fields.tsx";
import { Brand } from "../ui/person.tsx";
import { welcomeTexts } from "./text.ts";

/** A new installation has one brand, as the schema makes it; nobody has touched it yet. */
export function isNamed(brands: readonly BrandItem[]): boolean {
  return brands.length > 1 || brands.some(({ createdAt, updatedAt }) => createdAt !== updatedAt);
}

export function NameBrand({ brands }: { brands: BrandItem[] }) {
  const text = useTexts(welcomeTexts);
  const { language } = useLanguage();
  const [first] = brands;
  if (!first) return null;
  if (!isNamed(brands)) return <NameForm brand={first} />;
  return brands.map(({ id, name, defaultCountry }) => (
    <p key={id} className="row-gap small">
      <Brand id={id} name={name} />
      {defaultCountry && <span className="t3">{text.inCountry(countryName(defaultCountry, language))}</span>}
      <Link className="link" href={`/settings/brands/${id}`}>
        {text.change}
      </Link>
    </p>
  ));
}

function NameForm({ brand }: { brand: BrandItem }) {
  const text = useTexts(welcomeTexts);
  const words = useText();
  const { language } = useLanguage();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [country, setCountry] = useState(new Intl.Locale(navigator.language).region ?? "");
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const faults = error instanceof DossierError ? error.fields : {};
  async function submit(event: SyntheticEvent) {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await api.brand.update({ id: brand.id, name, ...(country ? { defaultCountry: country } : {}) });
      await queries.invalidateQueries({ queryKey: ["brands"] });
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  }
  return (
    <form className="name-brand" onSubmit={(event) => void submit(event)}>
      <TextField
        label={text.name}
        placeholder={brand.name}
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
        value={country}
        fault={faults.defaultCountry}
        options={[["", text.noCountry], ...countriesIn(language)]}
        onChange={setCountry}
      />
      <button type="submit" className="btn pri" disabled={isBusy || !name.trim()}>
        {text.saveName}
      </button>
      {error !== undefined && Object.keys(faults).length === 0 && (
        <FaultLine fault={errorText(error, words)} />
      )}
    </form>
  );
}
