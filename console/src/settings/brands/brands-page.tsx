/** Brands: every brand that the key sees, with what distinguishes them, and a new one. */
import type { Brand as BrandItem } from "@dossier/api";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { api } from "../../session/api.ts";
import { useSession } from "../../session/session.tsx";
import { useLanguage } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { Icon } from "../../ui/icon.tsx";
import { Brand, Foreign } from "../../ui/person.tsx";
import { Blank } from "../../ui/states.tsx";
import { FormDialog } from "../parts/form-dialog.tsx";
import { ListView, useList } from "../parts/list.tsx";
import { Table } from "../parts/table.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { countryName } from "./countries.ts";
import { NameFields, useBrandNaming } from "./name-fields.tsx";
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
    <SettingsPage title={names.brands} lead={text.lead} tools={make} isWide>
      <ListView list={list} empty={<Blank icon="brand" title={text.none} hint={text.noneHint} />}>
        {(brands) => <BrandTable brands={brands} />}
      </ListView>
      {isMaking && <NewBrand onClose={() => setMaking(false)} />}
    </SettingsPage>
  );
}

function BrandTable({ brands }: { brands: readonly BrandItem[] }) {
  const text = useTexts(brandsTexts);
  const { language } = useLanguage();
  return (
    <Table
      label={text.brand}
      className="rows"
      columns={[text.brand, text.country, text.unknownFields, text.lookup]}
      items={brands}
      keyOf={({ id }) => id}
    >
      {(brand) => (
        <>
          <th scope="row">
            <Link href={`/settings/brands/${brand.id}`} className="plain" data-opens>
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
        </>
      )}
    </Table>
  );
}

function NewBrand({ onClose }: { onClose: () => void }) {
  const text = useTexts(brandsTexts);
  const [, navigate] = useLocation();
  const naming = useBrandNaming("", async (values) => {
    const { id } = await api.brand.create(values);
    onClose();
    navigate(`/settings/brands/${id}`);
  });
  return (
    <FormDialog
      title={text.newBrand}
      onClose={onClose}
      isDirty={naming.name !== "" || naming.country !== ""}
      act={naming.act}
      label={text.make}
      isReady={naming.isReady}
    >
      <p className="t2">{text.newLead}</p>
      <NameFields naming={naming} hint={text.countryHint} />
    </FormDialog>
  );
}
