/** Custom fields over all brands that the key sees; the brand of the filter is in the address. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "wouter";
import { brandsQuery } from "../../data/queries.ts";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { FieldList, NewField, type Open } from "./field-list.tsx";
import { fieldsTexts } from "./text.ts";

export function FieldsPage() {
  const text = useTexts(fieldsTexts);
  const words = useText();
  const { fields: title } = useTexts(settingsTexts).pages;
  const [parameters, setParameters] = useSearchParams();
  const [open, setOpen] = useState<Open>();
  const { data: brands } = useQuery(brandsQuery);
  const brandId = Number(parameters.get("brand")) || undefined;
  return (
    <SettingsPage title={title} tools={brands?.length ? <NewField onOpen={setOpen} /> : undefined} isWide>
      <header>
        <div>
          <h1>{title}</h1>
          <p>{text.lead}</p>
        </div>
      </header>
      {brands && brands.length > 1 && (
        <p className="filters">
          <label className="select sm">
            <span className="vh">{text.brand}</span>
            <select
              value={brandId ?? ""}
              onChange={(event) =>
                setParameters(event.target.value ? { brand: event.target.value } : {}, { replace: true })
              }
            >
              <option value="">{words.search.allBrands}</option>
              {brands.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        </p>
      )}
      {brands && <FieldList brandId={brandId} brands={brands} open={open} onOpen={setOpen} />}
    </SettingsPage>
  );
}
