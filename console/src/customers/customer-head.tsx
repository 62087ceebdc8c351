/** The head of a customer: name, brand, id, and the acts. */
import type { Customer } from "@dossier/api";
import { lazy, Suspense } from "react";
import { useMay } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { useCopy } from "../ui/copy.tsx";
import { Icon } from "../ui/icon.tsx";
import { KeyHint } from "../ui/key-hint.tsx";
import type { MenuItem } from "../ui/menu.tsx";
import { Avatar, Brand, Foreign, nameOf } from "../ui/person.tsx";

const Menu = lazy(async () => ({ default: (await import("../ui/menu.tsx")).Menu }));

interface CustomerHeadProps {
  customer: Customer;
  menu: (MenuItem | "line")[];
  onEvent: () => void;
  onCrm: () => void;
}

export function CustomerHead({ customer, menu, onEvent, onCrm }: CustomerHeadProps) {
  const text = useText();
  const copy = useCopy();
  const mayWrite = useMay("CUSTOMER_CUD");
  const { primaryId } = customer;
  const link = {
    label: text.customer.copyLink,
    icon: "link",
    run: () => copy(`${location.origin}/customers/${customer.id}`, text.customer.linkToPage),
  } as const;
  const copies = new Set([...(primaryId ? [primaryId] : []), ...customer.channels.map((one) => one.address)]);
  return (
    <header className="cust-head">
      <Avatar customer={customer} size="l" />
      <div className="grow">
        <h1>
          <Foreign>{nameOf(customer)}</Foreign>
        </h1>
        <p>
          <Brand id={customer.brandId} name={customer.brandName} />
          {primaryId && (
            <button
              type="button"
              className="copyable mono"
              aria-label={text.words.copy(`${text.customer.primaryId} ${primaryId}`)}
              onClick={() => copy(primaryId)}
            >
              {primaryId}
              <Icon name="copy" size={13} />
            </button>
          )}
        </p>
      </div>
      <div className="acts">
        {mayWrite && (
          <>
            <button type="button" className="btn" onClick={onCrm}>
              <Icon name="refresh" />
              {text.customer.askCrm}
              <KeyHint act="askCrm" />
            </button>
            <button type="button" className="btn" onClick={onEvent}>
              <Icon name="plus" />
              {text.customer.addEvent}
              <KeyHint act="addEvent" />
            </button>
          </>
        )}
        <Suspense fallback={<span className="btn icon" />}>
          <Menu
            act="copyMenu"
            label={text.customer.copyMenu}
            className="btn icon desk-only"
            items={[
              link,
              ...[...copies].map((label) => ({ label, icon: "copy" as const, run: () => copy(label) })),
            ]}
          >
            <Icon name="copy" />
          </Menu>
          <Menu act="moreActions" label={text.words.moreActions} className="btn icon" items={[link, ...menu]}>
            <Icon name="more" />
          </Menu>
        </Suspense>
      </div>
    </header>
  );
}
