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

const CustomerMenus = lazy(async () => ({ default: (await import("./customer-menus.tsx")).CustomerMenus }));

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
          <CustomerMenus customer={customer} more={menu} />
        </Suspense>
      </div>
    </header>
  );
}
