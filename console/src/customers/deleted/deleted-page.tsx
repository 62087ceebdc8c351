/** Deleted customers that can be restored: who, by whom, until when, and the way back. */
import type { RestorableCustomer } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { customerQuery } from "../../data/queries.ts";
import { Bar } from "../../frame/frame.tsx";
import { api } from "../../session/api.ts";
import { useMay } from "../../session/session.tsx";
import { useKeyName } from "../../settings/access/key-list.ts";
import { BrandFilter, numberOf, useFilters } from "../../settings/parts/filters.tsx";
import { ListView, useList } from "../../settings/parts/list.tsx";
import { Moment } from "../../settings/parts/moment.tsx";
import { Table } from "../../settings/parts/table.tsx";
import { PageHead } from "../../settings/settings-page.tsx";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { exactTime, longDate } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { usePageTitle } from "../../ui/page-title.ts";
import { Brand, Foreign, nameOf } from "../../ui/person.tsx";
import { Blank } from "../../ui/states.tsx";
import { useErrorToast, useToast } from "../../ui/toast.tsx";
import { deletedTexts } from "./text.ts";

export function DeletedPage() {
  const text = useText();
  const deleted = useTexts(deletedTexts);
  usePageTitle(deleted.title);
  const [parameters, setFilters] = useFilters();
  const brandId = numberOf(parameters, "brand") || undefined;
  const list = useList(["deleted", brandId], (paging, signal) =>
    api.customer.listDeleted({ brandId, ...paging }, { signal }),
  );
  return (
    <>
      <Bar parent={{ href: "/customers", label: text.nav.customers }}>
        <b>{deleted.title}</b>
      </Bar>
      <div className="scroll" role="region" tabIndex={0} aria-label={deleted.title}>
        <div className="page">
          <PageHead title={deleted.title}>{deleted.lead}</PageHead>
          <div className="filter-row">
            <BrandFilter value={brandId ? String(brandId) : ""} onChange={(brand) => setFilters({ brand })} />
          </div>
          <ListView list={list} empty={<Blank icon="trash" title={deleted.none} hint={deleted.noneHint} />}>
            {(customers) => <Rows customers={customers} />}
          </ListView>
        </div>
      </div>
    </>
  );
}

function Rows({ customers }: { customers: readonly RestorableCustomer[] }) {
  const text = useTexts(deletedTexts);
  const { nameOf: keyName } = useKeyName(text.bootstrap);
  return (
    <Table
      label={text.customer}
      className="row-list deleted"
      columns={[text.customer, text.brand, text.deleted, text.until, ""]}
      items={customers}
      keyOf={({ id }) => id}
    >
      {(customer) => (
        <>
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
                <Foreign>{text.by(keyName(customer.keyId))}</Foreign>
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
        </>
      )}
    </Table>
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
