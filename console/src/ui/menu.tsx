/** Menu: a button that opens a list of acts, moved through with arrows and letters; a key of the keymap may open it, too. */
import { Menu as Base } from "@base-ui/react/menu";
import { type ReactNode, useMemo, useRef } from "react";
import { Icon, type IconName } from "./icon.tsx";
import type { Act } from "./keymap.ts";
import { useKeys } from "./keys.ts";

export interface MenuItem {
  label: string;
  icon: IconName;
  isBad?: boolean;
  run: () => void;
}

interface MenuProps {
  label: string;
  className?: string;
  children: ReactNode;
  items: (MenuItem | "line")[];
  /** opens the menu by its keys */
  act?: Act;
}

export function Menu({ label, className = "btn ghost xs icon", children, items, act }: MenuProps) {
  const trigger = useRef<HTMLButtonElement>(null);
  useKeys(
    useMemo(() => {
      const open = () => trigger.current?.checkVisibility() && trigger.current.click();
      return act ? { [act]: open } : {};
    }, [act]),
  );
  return (
    <Base.Root modal={false}>
      <Base.Trigger ref={trigger} className={className} aria-label={label}>
        {children}
      </Base.Trigger>
      <Base.Portal container={document.getElementById("main")}>
        <Base.Positioner className="menu-place" positionMethod="fixed" sideOffset={4} align="end">
          <Base.Popup className="pop menu">
            {items.map((item, place) =>
              item === "line" ? (
                <hr key={`line-${place}`} />
              ) : (
                <Base.Item
                  key={`${place} ${item.label}`}
                  className={item.isBad ? "bad" : ""}
                  onClick={item.run}
                >
                  <Icon name={item.icon} />
                  <bdi>{item.label}</bdi>
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
