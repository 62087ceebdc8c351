/** Custom fields over all brands that the key sees; the brand of the filter is in the address. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { brandsQuery } from "../../data/queries.ts";
import { useTexts } from "../../text/texts.ts";
import { BrandFilter, numberOf, useFilters } from "../parts/filters.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { FieldList, NewField, type Open } from "./field-list.tsx";
import { fieldsTexts } from "./text.ts";

export function FieldsPage() {
  const text = useTexts(fieldsTexts);
  const { fields: title } = useTexts(settingsTexts).pages;
  const [parameters, setFilters] = useFilters();
  const [open, setOpen] = useState<Open>();
  const { data: brands } = useQuery(brandsQuery);
  const brandId = numberOf(parameters, "brand") || undefined;
  return (
    <SettingsPage
      title={title}
      lead={text.lead}
      tools={brands?.length ? <NewField onOpen={setOpen} /> : undefined}
      isWide
    >
      <div className="filter-row">
        <BrandFilter value={brandId ? String(brandId) : ""} onChange={(brand) => setFilters({ brand })} />
      </div>
      {brands && <FieldList brandId={brandId} brands={brands} open={open} onOpen={setOpen} />}
    </SettingsPage>
  );
}
