/** All keys that the person may use, in groups. */
import { useSession } from "../session/session.tsx";
import { useSettingsPages } from "../settings/pages.ts";
import { useText } from "../text/text.tsx";
import { useTexts } from "../text/texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { type Act, acts, type Place, waysOf } from "../ui/keymap.ts";
import { keyListTexts } from "./text.ts";

/** The groups, and the places of the keymap in each. */
const groups = [
  ["everywhere", ["everywhere"]],
  ["lists", ["list", "links", "customers"]],
  ["customer", ["record", "customer", "stream"]],
  ["ticket", ["ticket", "note"]],
  ["call", ["call"]],
  ["settings", ["form", "system"]],
] as const satisfies [string, Place[]][];

export function KeyHelp({ onClose }: { onClose: () => void }) {
  const text = useTexts(keyListTexts);
  const names: Record<Act, string> = { ...useText().keys, ...text.acts };
  const { session } = useSession();
  const maySettings = useSettingsPages().length > 0;
  const offered = acts.filter(
    ([act, { needs = [] }]) =>
      needs.every((one) => session?.permissions.includes(one)) && (act !== "goSettings" || maySettings),
  );
  const groupOf = (places: readonly Place[]) =>
    groups.find(([, members]) => members.some((one: Place) => places.includes(one)))?.[0];
  return (
    <Dialog title={text.title} onClose={onClose} isText>
      {groups.map(([name]) => (
        <section key={name}>
          <h3 className="key-group">{text.groups[name]}</h3>
          <dl className="key-list">
            {offered
              .filter(([, { places }]) => groupOf(places) === name)
              .map(([act]) => (
                <div key={act}>
                  <dt>
                    {waysOf(act).map((way) => (
                      <kbd key={way.join(" ")} className="kbd">
                        {way.join(" ")}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{names[act]}</dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
