/** General: the name and country of a brand, and its deletion. */
import type { Brand } from "@dossier/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { api } from "../../session/api.ts";
import { useMay, useSession } from "../../session/session.tsx";
import { useLanguage } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { SelectField, TextField } from "../../ui/form-fields.tsx";
import { exactTime, longDate } from "../../ui/format.ts";
import { useToast } from "../../ui/toast.tsx";
import { Theirs } from "../form.tsx";
import { Confirm } from "../parts/confirm.tsx";
import { SaveBar } from "../save-bar.tsx";
import { BrandFrame } from "./brand-frame.tsx";
import { useBrandForm } from "./brand-query.ts";
import { countriesIn, type Country, countryName } from "./countries.ts";
import { brandsTexts } from "./text.ts";

const names = ["name", "defaultCountry"] as const;

export function GeneralTab({ brand }: { brand: Brand }) {
  const text = useTexts(brandsTexts);
  const { language } = useLanguage();
  const { session } = useSession();
  const form = useBrandForm(brand, names);
  const { values, faults, set } = form;
  const words = { name: text.name, defaultCountry: text.country };
  const countries = countriesIn(language);
  const isListed = ["", ...countries.map(([code]) => code)].includes(values.defaultCountry);
  const other: Country[] = isListed ? [] : [[values.defaultCountry, values.defaultCountry]];
  return (
    <BrandFrame
      brand={brand}
      tab="general"
      footer={<SaveBar form={form} nameOf={(one) => words[one as keyof typeof words]} />}
    >
      <div className="stack l set-form">
        <TextField
          label={text.name}
          hint={text.nameHint}
          value={values.name}
          fault={faults.name}
          note={<Theirs form={form} name="name" />}
          onChange={(name) => set({ name })}
        />
        <SelectField
          label={text.country}
          hint={text.countryHint}
          value={values.defaultCountry}
          fault={faults.defaultCountry}
          note={
            <Theirs
              form={form}
              name="defaultCountry"
              shown={brand.defaultCountry ? countryName(brand.defaultCountry, language) : text.noCountry}
            />
          }
          options={[["", text.noCountry], ...other, ...countries]}
          onChange={(defaultCountry) => set({ defaultCountry })}
        />
        <dl className="kv about">
          <dt>{text.number}</dt>
          <dd>{brand.id}</dd>
          <dt>{text.since}</dt>
          <dd title={exactTime(brand.createdAt)}>{longDate(brand.createdAt)}</dd>
        </dl>
        {session?.brandIds === null && <Deletion brand={brand} />}
      </div>
    </BrandFrame>
  );
}

/** How many customers and tickets hold a brand; nothing of what the key may not read. */
function useHolders(brandId: number): { customers: number; tickets: number } | undefined {
  const customers = useQuery({
    queryKey: ["customer-count", brandId],
    enabled: useMay("CUSTOMER_READ"),
    queryFn: async ({ signal }) => (await api.customer.list({ brandId, itemLimit: 1 }, { signal })).itemTotal,
  });
  const tickets = useQuery({
    queryKey: ["ticket-count", brandId],
    enabled: useMay("TICKET_READ"),
    queryFn: async ({ signal }) => (await api.ticket.list({ brandId, itemLimit: 1 }, { signal })).itemTotal,
  });
  if (customers.isLoading || tickets.isLoading) return undefined;
  return { customers: customers.data ?? 0, tickets: tickets.data ?? 0 };
}

function Deletion({ brand }: { brand: Brand }) {
  const text = useTexts(brandsTexts);
  const [isAsking, setAsking] = useState(false);
  const holders = useHolders(brand.id);
  const isHeld = holders && holders.customers + holders.tickets > 0;
  return (
    <section className="stack s part">
      <h2>{text.delete}</h2>
      <p className="t2">{text.deleteWhat}</p>
      {isHeld && (
        <p className="t2">
          {text.held(holders.customers, holders.tickets)}{" "}
          {holders.customers > 0 && (
            <Link className="link" href={`/customers?brand=${brand.id}`}>
              {text.showCustomers}
            </Link>
          )}
        </p>
      )}
      {holders && !isHeld && (
        <div>
          <button type="button" className="btn quiet-bad" onClick={() => setAsking(true)}>
            {text.delete}
          </button>
        </div>
      )}
      {isAsking && <DeleteDialog brand={brand} onClose={() => setAsking(false)} />}
    </section>
  );
}

function DeleteDialog({ brand, onClose }: { brand: Brand; onClose: () => void }) {
  const text = useTexts(brandsTexts);
  const toast = useToast();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const remove = async () => {
    await api.brand.delete({ id: brand.id });
    navigate("/settings/brands");
    toast({ text: text.deleted(brand.name), icon: "trash" });
    await queries.invalidateQueries({ queryKey: ["brands"] });
  };
  return (
    <Confirm title={text.deleteAsk(brand.name)} act={text.delete} onAct={remove} onClose={onClose}>
      <p>{text.deleteWhat}</p>
      <p>{text.deleteFinal}</p>
    </Confirm>
  );
}
