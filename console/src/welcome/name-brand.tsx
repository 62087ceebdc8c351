/** The first step: the brand of a new installation gets its name and country. */
import type { Brand as BrandItem } from "@dossier/api";
import { Link } from "wouter";
import { api } from "../session/api.ts";
import { countryName } from "../settings/brands/countries.ts";
import { NameFields, useBrandNaming } from "../settings/brands/name-fields.tsx";
import { useLanguage } from "../text/text.tsx";
import { useTexts } from "../text/texts.ts";
import { FaultLine } from "../ui/form-fields.tsx";
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
  const naming = useBrandNaming(new Intl.Locale(navigator.language).region ?? "", (values) =>
    api.brand.update({ id: brand.id, ...values }),
  );
  const { act, isReady } = naming;
  return (
    <form className="name-brand" onSubmit={act.run}>
      <NameFields naming={naming} placeholder={brand.name} />
      <button type="submit" className="btn pri" disabled={act.isBusy || !isReady}>
        {text.saveName}
      </button>
      <FaultLine fault={act.fault} />
    </form>
  );
}
