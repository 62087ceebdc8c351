/** All keys, in groups. */
import { useSettingsPages } from "../settings/pages.ts";
import { useText } from "../text/text.tsx";
import { Dialog } from "../ui/dialog.tsx";

export function KeyHelp({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { keys } = text;
  const maySettings = useSettingsPages().length > 0;
  const groups: [string, [string[], string][]][] = [
    [
      keys.everywhere,
      [
        [["/"], keys.search],
        [["Ctrl", "K"], keys.palette],
        [["G", "C"], keys.goCustomers],
        [["G", "T"], keys.goTickets],
        ...(maySettings ? [[["G", "S"], text.nav.installation] as [string[], string]] : []),
        [["U"], keys.undo],
        [["Esc"], keys.escape],
        [["?"], keys.help],
      ],
    ],
    [
      keys.lists,
      [
        [["↑", "↓", "J", "K"], keys.move],
        [["Home", "End"], keys.ends],
        [["↵"], keys.open],
        [["Ctrl", "↵"], keys.openTab],
        [["N"], keys.newCustomer],
        [["Alt", "C"], keys.copyNumber],
      ],
    ],
    [
      keys.customer,
      [
        [["["], keys.previous],
        [["]"], keys.next],
        [["E"], keys.addEvent],
        [["A"], keys.addChannel],
        [["R"], keys.askCrm],
        [["1", "…", "5"], keys.show],
        [["J"], text.timeline.goToDay],
        [["L"], keys.link],
        [["W"], keys.write],
      ],
    ],
  ];
  return (
    <Dialog title={keys.title} onClose={onClose}>
      {groups.map(([name, list]) => (
        <section key={name}>
          <h3 className="key-group">{name}</h3>
          <dl className="key-list">
            {list.map(([names, does]) => (
              <div key={does}>
                <dt>
                  {names.map((one) => (
                    <kbd key={one} className="kbd">
                      {one}
                    </kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
