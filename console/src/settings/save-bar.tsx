/** Acts of a form at the lower edge: what was changed, save (Ctrl S), back to what is saved, and the way out. */
import { useEffect, useMemo, useState } from "react";
import { useText } from "../text/text.tsx";
import { useTexts } from "../text/texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { FaultLine } from "../ui/form-fields.tsx";
import { KeyHint } from "../ui/key-hint.tsx";
import { useKeys } from "../ui/keys.ts";
import { holdUp } from "../ui/leave.ts";
import { type Form, useLatest } from "./form.tsx";
import { settingsTexts } from "./text.ts";

interface SaveBarProps<Values extends object> {
  form: Form<Values>;
  /** the name of a field in words */
  nameOf: (field: string) => string;
}

export function SaveBar<Values extends object>({ form, nameOf }: SaveBarProps<Values>) {
  const text = useTexts(settingsTexts);
  const latest = useLatest(form);
  useKeys(
    useMemo(() => ({ save: () => void (latest.current.isChanged && latest.current.save()) }), [latest]),
  );
  const { isChanged, isSaving } = form;
  const namesOf = (fields: readonly string[]) => [...new Set(fields.map(nameOf))].join(", ");
  return (
    <footer className={isChanged ? "foot-bar" : "foot-bar idle"}>
      <div className="foot-say">
        <p className="small t2" role="status">
          {form.collisions.length > 0
            ? text.chooseFirst(namesOf(form.collisions))
            : isChanged
              ? text.changed(namesOf(Object.keys(form.changes)))
              : text.allSaved}
        </p>
        <FaultLine fault={form.fault} />
      </div>
      {isChanged && (
        <>
          <button type="button" className="btn ghost" disabled={isSaving} onClick={form.revert}>
            {text.revert}
          </button>
          <button type="button" className="btn pri" disabled={isSaving} onClick={() => void form.save()}>
            {text.save} <KeyHint act="save" />
          </button>
          <LeaveGuard form={form} />
        </>
      )}
    </footer>
  );
}

/** Asks before a page with something that is not saved is left: by a link, a key, the browser's back, or its closing. */
function LeaveGuard<Values extends object>({ form }: { form: Form<Values> }) {
  const own = useTexts(settingsTexts);
  const text = useText();
  const [go, setGo] = useState<() => void>();
  useEffect(() => {
    const ask = (next: () => void) => setGo(() => next);
    const close = (event: BeforeUnloadEvent) => event.preventDefault();
    holdUp(ask);
    addEventListener("beforeunload", close);
    return () => {
      holdUp(undefined);
      removeEventListener("beforeunload", close);
    };
  }, []);
  if (!go) return null;
  const stay = () => setGo(undefined);
  const leave = () => {
    holdUp(undefined);
    go();
  };
  const saveAndLeave = async () => {
    stay();
    if (await form.save()) leave();
  };
  return (
    <Dialog
      title={text.words.unsaved}
      onClose={stay}
      footer={
        <>
          <button type="button" className="btn ghost" onClick={leave}>
            {text.words.leave}
          </button>
          <button type="button" className="btn" onClick={stay}>
            {text.words.stay}
          </button>
          <button type="button" className="btn pri" autoFocus onClick={() => void saveAndLeave()}>
            {own.saveAndLeave}
          </button>
        </>
      }
    >
      <p className="t2">{own.leaveHint}</p>
    </Dialog>
  );
}
