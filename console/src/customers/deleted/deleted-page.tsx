/** Deleted customers that can be restored: who, by whom, until when, and the way back. */
import type { RestorableCustomer } from "@dossier/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { brandsQuery, customerQuery } from "../../data/queries.ts";
import { Bar } from "../../frame/frame.tsx";
import { api } from "../../session/api.ts";
import { useMay } from "../../session/session.tsx";
import { allKeysQuery } from "../../settings/access/key-list.ts";
import { SelectFilter, useFilters } from "../../settings/parts/filters.tsx";
import { Moment } from "../../settings/parts/moment.tsx";
import { More, usePaged } from "../../settings/parts/paged.tsx";
import { partsTexts } from "../../settings/parts/text.ts";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { exactTime, longDate } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { usePageTitle } from "../../ui/page-title.ts";
import { Brand, Foreign, nameOf } from "../../ui/person.tsx";
import { Blank, Failure, Skeleton } from "../../ui/states.tsx";
import { useErrorToast, useToast } from "../../ui/toast.tsx";
import { deletedTexts } from "./text.ts";

export function DeletedPage() {
  const text = useText();
  const deleted = useTexts(deletedTexts);
  usePageTitle(deleted.title);
  const [parameters, setFilters] = useFilters();
  const brandId = Number(parameters.get("brand")) || undefined;
  const { data: brands = [] } = useQuery(brandsQuery);
  const list = usePaged(["deleted", brandId], (place, signal) =>
    api.customer.listDeleted({ brandId, ...place }, { signal }),
  );
  return (
    <>
      <Bar parent={{ href: "/customers", label: text.nav.customers }}>
        <b>{deleted.title}</b>
      </Bar>
      <div className="scroll" role="region" tabIndex={0} aria-label={deleted.title}>
        <div className="page">
          <header>
            <div>
              <h1>{deleted.title}</h1>
              <p>{deleted.lead}</p>
            </div>
          </header>
          {brands.length > 1 && (
            <div className="filter-row">
              <SelectFilter
                label={deleted.brand}
                value={brandId ? String(brandId) : ""}
                onChange={(brand) => setFilters({ brand })}
              >
                <option value="">{text.search.allBrands}</option>
                {brands.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </SelectFilter>
            </div>
          )}
          {list.error ? (
            <Failure error={list.error} retry={list.readAgain} />
          ) : list.items.length > 0 ? (
            <Rows customers={list.items} />
          ) : list.isRead ? (
            <Blank icon="trash" title={deleted.none} hint={deleted.noneHint} />
          ) : (
            <Skeleton rows={4} />
          )}
          <More list={list} />
        </div>
      </div>
    </>
  );
}

/** Who deleted a customer: the name of the key where it may be read. */
function useDeleter(): (keyId: number) => string {
  const text = useTexts(deletedTexts);
  const parts = useTexts(partsTexts);
  const { data = [] } = useQuery({ ...allKeysQuery, enabled: useMay("SETTINGS_CRUD") });
  return (keyId) =>
    keyId === 0 ? text.bootstrap : (data.find(({ id }) => id === keyId)?.name ?? parts.key(keyId));
}

function Rows({ customers }: { customers: readonly RestorableCustomer[] }) {
  const text = useTexts(deletedTexts);
  const deleter = useDeleter();
  return (
    <div className="card over" role="region" tabIndex={0} aria-label={text.customer}>
      <table className="table row-list deleted">
        <thead>
          <tr>
            <th scope="col">{text.customer}</th>
            <th scope="col">{text.brand}</th>
            <th scope="col">{text.deleted}</th>
            <th scope="col">{text.until}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {customers.map((customer) => (
            <tr key={customer.id}>
              <td className="full">
                <b className="med">
                  <Foreign>{nameOf(customer)}</Foreign>
                </b>
                {customer.primaryId && <span className="sub mono">{customer.primaryId}</span>}
              </td>
              <td className="small">
                <Brand id={customer.brandId} name={customer.brandName} />
              </td>
              <td className="small t2">
                <Moment at={customer.deletedAt} />
                {customer.keyId !== null && (
                  <span className="sub">
                    <Foreign>{text.by(deleter(customer.keyId))}</Foreign>
                  </span>
                )}
              </td>
              <td className="small nowrap" title={exactTime(customer.restorableUntil)}>
                <span className="phone-only t3">{text.until} </span>
                {longDate(customer.restorableUntil)}
              </td>
              <td className="r">
                <BringBack customer={customer} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function BringBack({ customer }: { customer: RestorableCustomer }) {
  const text = useText();
  const queries = useQueryClient();
  const toast = useToast();
  const tell = useErrorToast();
  const [, navigate] = useLocation();
  const mayRead = useMay("CUSTOMER_READ");
  const [isBusy, setBusy] = useState(false);
  const { id } = customer;
  const restore = async () => {
    setBusy(true);
    try {
      await api.customer.restore({ id });
      queries.removeQueries({ queryKey: customerQuery(id).queryKey });
      toast({
        text: text.customer.restored(nameOf(customer)),
        icon: "undo",
        ...(mayRead && { act: { label: text.words.open, run: () => navigate(`/customers/${id}`) } }),
      });
    } catch (error) {
      tell(error);
    }
    await queries.invalidateQueries({ queryKey: ["deleted"] });
    setBusy(false);
  };
  return (
    <button type="button" className="btn sm" disabled={isBusy} onClick={() => void restore()}>
      <Icon name="undo" />
      {text.customer.restore}
    </button>
  );
}
