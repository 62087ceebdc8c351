/** The menu of the signed-in key: theme, language, single-letter keys, all keys, documentation, sign out. */
import { Menu as Base } from "@base-ui/react/menu";
import { useState } from "react";
import { Link } from "wouter";
import { useSession } from "../session/session.tsx";
import { type Language, languages, useLanguage, useText } from "../text/text.tsx";
import { Icon } from "../ui/icon.tsx";
import { keepTheme, readPreference, readTheme, type Theme, writePreference } from "../ui/preferences.ts";

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
}

function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>) {
  return (
    <Base.RadioGroup value={value} onValueChange={(next) => onChange(next as Value)}>
      <div className="menu-head">{label}</div>
      {options.map(([option, name]) => (
        <Base.RadioItem key={option} value={option} className="menu-item" closeOnClick={false}>
          <Icon name="check" className={option === value ? "" : "off"} />
          <span>{name}</span>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}

export function MeMenu({ isTab = false }: { isTab?: boolean }) {
  const text = useText();
  const { session, signOut } = useSession();
  const { language, setLanguage } = useLanguage();
  const [theme, setTheme] = useState<Theme>(readTheme);
  const [keys, setKeys] = useState(() => readPreference("keys") ?? "on");
  const themes = [
    ["system", text.me.system],
    ["light", text.me.light],
    ["dark", text.me.dark],
  ] as const;
  return (
    <Base.Root modal={false}>
      <Base.Trigger
        className={isTab ? "tab" : "btn ghost sm icon"}
        aria-label={isTab ? undefined : text.nav.settings}
      >
        <Icon name={isTab ? "menu" : "more"} size={isTab ? 22 : 16} />
        {isTab && <span>{text.nav.more}</span>}
      </Base.Trigger>
      <Base.Portal container={document.getElementById("main")}>
        <Base.Positioner className="menu-place" positionMethod="fixed" sideOffset={8} align="end" side="top">
          <Base.Popup className="pop menu me-pop">
            {session && (
              <div className="menu-head">
                <b>{session.name}</b>
                <span>
                  {text.me.may} {session.permissions.join(", ")}
                </span>
              </div>
            )}
            <hr />
            <Choice
              label={text.me.theme}
              value={theme}
              options={themes}
              onChange={(next) => {
                keepTheme(next);
                setTheme(next);
              }}
            />
            <hr />
            <Choice
              label={text.me.language}
              value={language}
              options={Object.entries(languages) as [Language, string][]}
              onChange={setLanguage}
            />
            <hr />
            <Choice
              label={text.me.keys}
              value={keys}
              options={[
                ["on", text.me.on],
                ["off", text.me.off],
              ]}
              onChange={(next) => {
                writePreference("keys", next);
                setKeys(next);
              }}
            />
            <hr />
            <Base.Item className="menu-item" render={<Link href="/settings/me" aria-label={text.me.all} />}>
              <Icon name="person" />
              <span>{text.me.all}</span>
            </Base.Item>
            <Base.Item
              className="menu-item"
              render={<a href="/docs/index" aria-label={text.nav.documentation} />}
            >
              <Icon name="book" />
              <span>{text.nav.documentation}</span>
            </Base.Item>
            <Base.Item className="menu-item" onClick={() => void signOut()}>
              <Icon name="logout" />
              <span>{text.signIn.signOut}</span>
            </Base.Item>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
