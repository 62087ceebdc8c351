/** Commands: pages and acts by name, and the search for a customer with what was typed. */
import { useId, useState } from "react";
import { useLocation } from "wouter";
import { searchFor } from "../customers/search-memory.ts";
import { useMay, useSession } from "../session/session.tsx";
import { useSettingsPages } from "../settings/pages.ts";
import { settingsTexts } from "../settings/text.ts";
import { useText } from "../text/text.tsx";
import { useTexts } from "../text/texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { KeyHint } from "../ui/key-hint.tsx";
import type { Act } from "../ui/keymap.ts";

interface Command {
  label: string;
  icon: IconName;
  act?: Act;
  run: () => void;
}

export function Palette({ onClose, onKeys }: { onClose: () => void; onKeys: () => void }) {
  const text = useText();
  const id = useId();
  const [, navigate] = useLocation();
  const { signOut } = useSession();
  const [typed, setTyped] = useState("");
  const [place, setPlace] = useState(0);
  const [mayRead, mayWrite, mayTickets] = [
    useMay("CUSTOMER_READ"),
    useMay("CUSTOMER_CUD"),
    useMay("TICKET_READ"),
  ];

  const settings = useTexts(settingsTexts);
  const settingsPages = useSettingsPages();

  const all: Command[] = [];
  if (mayRead)
    all.push({
      label: text.nav.customers,
      icon: "people",
      act: "goCustomers",
      run: () => navigate("/customers"),
    });
  if (mayTickets)
    all.push({ label: text.nav.tickets, icon: "ticket", act: "goTickets", run: () => navigate("/tickets") });
  if (mayWrite) all.push({ label: text.customer.new, icon: "plus", run: () => navigate("/customers/new") });
  if (settingsPages.length > 0)
    all.push({
      label: text.nav.installation,
      icon: "settings",
      act: "goSettings",
      run: () => navigate("/settings"),
    });
  for (const { path, name } of settingsPages)
    all.push({ label: settings.pages[name], icon: "settings", run: () => navigate(path) });
  all.push(
    { label: text.me.keyHelp, icon: "keyboard", act: "help", run: onKeys },
    { label: text.nav.documentation, icon: "book", run: () => location.assign("/docs/index") },
    { label: text.signIn.signOut, icon: "logout", run: () => void signOut() },
  );
  const wanted = typed.trim().toLowerCase();
  const found = all.filter(({ label }) => label.toLowerCase().includes(wanted));
  if (wanted && mayRead)
    found.push({
      label: text.palette.find(typed.trim()),
      icon: "search",
      run: () => {
        searchFor(typed.trim());
        navigate("/customers");
      },
    });
  const at = Math.min(place, found.length - 1);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  return (
    <Dialog title={text.keys.palette} onClose={onClose}>
      <div className="input">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label={text.palette.label}
          aria-expanded
          aria-controls={id}
          aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
          autoComplete="off"
          spellCheck={false}
          autoFocus
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setPlace(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") setPlace(Math.min(at + 1, found.length - 1));
            else if (event.key === "ArrowUp") setPlace(Math.max(at - 1, 0));
            else if (event.key === "Enter") run(found[at]);
            else return;
            event.preventDefault();
          }}
        />
      </div>
      <div className="menu palette-list" role="listbox" id={id} aria-label={text.keys.palette}>
        {found.map((command, index) => (
          <div
            key={command.label}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={index === at ? "on" : ""}
            onPointerMove={() => setPlace(index)}
            onClick={() => run(command)}
            onKeyDown={() => undefined}
          >
            <Icon name={command.icon} />
            <span>{command.label}</span>
            {command.act && <KeyHint act={command.act} />}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="t3">{text.palette.none}</p>}
    </Dialog>
  );
}
