/** My settings, for everybody: how the console looks and acts in this browser, what the key may do, and the session. */
import type { Session } from "@dossier/api";
import { useState } from "react";
import { Bar } from "../../frame/frame.tsx";
import { useSession } from "../../session/session.tsx";
import { type Language, languages, useLanguage, useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { exactTime, longDate } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { usePageTitle } from "../../ui/page-title.ts";
import { Foreign } from "../../ui/person.tsx";
import { keepTheme, readPreference, readTheme, writePreference } from "../../ui/preferences.ts";
import { permissionGroups, isHeld } from "../access/permissions.ts";
import { accessTexts } from "../access/text.ts";
import { BrandsOf } from "../parts/brands.tsx";
import { Moment } from "../parts/moment.tsx";
import { meTexts } from "./text.ts";

export function MePage() {
  const text = useText();
  const mine = useTexts(meTexts);
  const { session, signOut } = useSession();
  usePageTitle(text.me.all);
  return (
    <>
      <Bar
        tools={
          <button type="button" className="btn sm" onClick={() => void signOut()}>
            <Icon name="logout" />
            {text.signIn.signOut}
          </button>
        }
      >
        <b>{text.me.all}</b>
      </Bar>
      <div className="scroll" role="region" tabIndex={0} aria-label={text.me.all}>
        <div className="page form stack l">
          <header>
            <div>
              <h1>{text.me.all}</h1>
              <p>{mine.lead}</p>
            </div>
          </header>
          <Choices />
          {session && <Access session={session} />}
        </div>
      </div>
    </>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  hint?: string;
  value: Value;
  options: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
}

function Choice<Value extends string>({ label, hint, value, options, onChange }: ChoiceProps<Value>) {
  return (
    <div className="field">
      <span className="label">{label}</span>
      <div className="seg fit" role="group" aria-label={label}>
        {options.map(([option, name]) => (
          <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>
            {name}
          </button>
        ))}
      </div>
      {hint && <span className="hint">{hint}</span>}
    </div>
  );
}

function Choices() {
  const text = useText();
  const mine = useTexts(meTexts);
  const { language, setLanguage } = useLanguage();
  const [theme, setTheme] = useState(readTheme);
  const [keys, setKeys] = useState(() => (readPreference("keys") === "off" ? "off" : "on"));
  return (
    <section className="stack">
      <Choice
        label={text.me.theme}
        value={theme}
        options={[
          ["system", text.me.system],
          ["light", text.me.light],
          ["dark", text.me.dark],
        ]}
        onChange={(next) => {
          keepTheme(next);
          setTheme(next);
        }}
      />
      <Choice
        label={text.me.language}
        value={language}
        options={Object.entries(languages) as [Language, string][]}
        onChange={setLanguage}
      />
      <Choice
        label={text.me.keys}
        hint={mine.keysHint}
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
    </section>
  );
}

function Access({
  session: { name, kind, permissions, brandIds, expiresAt, session },
}: {
  session: Session;
}) {
  const mine = useTexts(meTexts);
  const access = useTexts(accessTexts);
  const may = permissionGroups.flatMap(({ members }) => members).filter((one) => isHeld(permissions, one));
  return (
    <>
      <section className="stack s">
        <h2>{mine.access}</h2>
        <dl className="kv">
          <dt>{mine.key}</dt>
          <dd>
            <Foreign>{name}</Foreign>{" "}
            <span className="t3">{kind === "person" ? mine.person : mine.program}</span>
          </dd>
          <dt>{access.people.may}</dt>
          <dd>
            {may.length === 0
              ? mine.nothing
              : may.map((one) => (
                  <span key={one} className="line">
                    {access.may[one]}
                  </span>
                ))}
          </dd>
          <dt>{mine.brands}</dt>
          <dd>
            <BrandsOf ids={brandIds} />
          </dd>
          <dt>{mine.keyEnds}</dt>
          <dd title={expiresAt ? exactTime(expiresAt) : undefined}>
            {expiresAt ? longDate(expiresAt) : mine.noEnd}
          </dd>
        </dl>
      </section>
      {session && (
        <section className="stack s">
          <h2>{mine.session}</h2>
          <dl className="kv">
            <dt>{mine.since}</dt>
            <dd>
              <Moment at={session.openedAt} />
            </dd>
            <dt>{mine.until}</dt>
            <dd>
              <Moment at={session.expiresAt} />{" "}
              {session.idleSeconds && (
                <span className="t3">{mine.idle(Math.ceil(session.idleSeconds / 60))}</span>
              )}
            </dd>
          </dl>
        </section>
      )}
    </>
  );
}
