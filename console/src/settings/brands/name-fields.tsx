/** Name and country of a brand, in the form of a new one and in the first step of an installation. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLanguage } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { SelectField, TextField } from "../../ui/form-fields.tsx";
import { useAct } from "../parts/act.ts";
import { countriesIn } from "./countries.ts";
import { brandsTexts } from "./text.ts";

interface Values {
  name: string;
  /** undefined: none */
  defaultCountry?: string;
}

/** What is typed, and how it is written; the lists of brands are read again after it. */
export function useBrandNaming(startCountry: string, write: (values: Values) => Promise<unknown>) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [country, setCountry] = useState(startCountry);
  const act = useAct(["name", "defaultCountry"], async () => {
    await write({ name, ...(country ? { defaultCountry: country } : {}) });
    await queries.invalidateQueries({ queryKey: ["brands"] });
  });
  return {
    name,
    country,
    act,
    isReady: name.trim() !== "",
    setName: (next: string) => {
      act.clear();
      setName(next);
    },
    setCountry,
  };
}

interface NameFieldsProps {
  naming: ReturnType<typeof useBrandNaming>;
  placeholder?: string;
  hint?: string;
}

export function NameFields({ naming, placeholder, hint }: NameFieldsProps) {
  const text = useTexts(brandsTexts);
  const { language } = useLanguage();
  const { faults } = naming.act;
  return (
    <>
      <TextField
        label={text.name}
        placeholder={placeholder}
        value={naming.name}
        fault={faults.name}
        isFirst
        onChange={naming.setName}
      />
      <SelectField
        label={text.country}
        hint={hint}
        value={naming.country}
        fault={faults.defaultCountry}
        options={[["", text.noCountry], ...countriesIn(language)]}
        onChange={naming.setCountry}
      />
    </>
  );
}
