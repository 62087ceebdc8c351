/** The menus of a customer: what can be copied, and all acts. */
import type { Customer } from "@dossier/api";
import { useText } from "../text/text.tsx";
import { useCopy } from "../ui/copy.tsx";
import { Icon } from "../ui/icon.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";

interface CustomerMenusProps {
  customer: Customer;
  /** acts beside those that copy */
  more: readonly (MenuItem | "line")[];
}

export function CustomerMenus({ customer, more }: CustomerMenusProps) {
  const text = useText();
  const copy = useCopy();
  const { primaryId } = customer;
  const link: MenuItem = {
    label: text.customer.copyLink,
    icon: "link",
    run: () => copy(`${location.origin}/customers/${customer.id}`, text.customer.linkToPage),
  };
  const values = new Set([...(primaryId ? [primaryId] : []), ...customer.channels.map((one) => one.address)]);
  const copies = [...values].map((label): MenuItem => ({ label, icon: "copy", run: () => copy(label) }));
  return (
    <>
      <Menu
        act="copyMenu"
        label={text.customer.copyMenu}
        className="btn icon desk-only"
        items={[link, ...copies]}
      >
        <Icon name="copy" />
      </Menu>
      <Menu act="moreActions" label={text.words.moreActions} className="btn icon" items={[link, ...more]}>
        <Icon name="more" />
      </Menu>
    </>
  );
}
