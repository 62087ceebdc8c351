/** Menu: a button that opens a list of acts, moved through with arrows and letters. */
import { Menu as Base } from "@base-ui/react/menu";
import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

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
}

export function Menu({ label, className = "btn ghost xs icon", children, items }: MenuProps) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger className={className} aria-label={label}>
        {children}
      </Base.Trigger>
      <Base.Portal container={document.getElementById("main")}>
        <Base.Positioner className="menu-place" positionMethod="fixed" sideOffset={4} align="end">
          <Base.Popup className="pop menu">
            {items.map((item, place) =>
              item === "line" ? (
                <hr key={`line-${place}`} />
              ) : (
                <Base.Item key={item.label} className={item.isBad ? "bad" : ""} onClick={item.run}>
                  <Icon name={item.icon} />
                  <span>{item.label}</span>
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
