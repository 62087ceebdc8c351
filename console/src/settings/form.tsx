/**
 * Form of the settings: a draft over what is saved. Saving reads first what is saved now: fields that nobody else changed
 * are written, and the same field changed by two is shown with both values. A refusal stands under its field, and what
 * was typed stays.
 */
import { useEffect, useRef, useState } from "react";
import { useText } from "../text/text.tsx";
import { useTexts } from "../text/texts.ts";
import { type Draft, useDraft } from "../ui/draft.ts";
import { errorText, fieldTexts } from "../ui/error-text.ts";
import { Foreign } from "../ui/person.tsx";
import { useErrorToast, useToast } from "../ui/toast.tsx";
import { settingsTexts } from "./text.ts";

interface FormOptions<Values extends object> {
  saved: Values;
  /** what is saved now, read again */
  read: () => Promise<Values>;
  /** writes the changes over what is saved now */
  write: (changes: Partial<Values>, now: Values) => Promise<unknown>;
  /** changes that cannot be taken back, because what was before is not known */
  cannotUndo?: (changes: Partial<Values>) => boolean;
}

export interface Form<Values extends object> extends Draft<Values> {
  /** what is saved, for the other value of a collision */
  saved: Values;
  /** what was refused, by field */
  faults: Readonly<Record<string, string>>;
  /** what was refused, where no field is named */
  fault: string | undefined;
  isSaving: boolean;
  /** resolves to whether everything is saved */
  save: () => Promise<boolean>;
}

export function useForm<Values extends object>(options: FormOptions<Values>): Form<Values> {
  const { saved, read, write, cannotUndo } = options;
  const text = useText();
  const own = useTexts(settingsTexts);
  const toast = useToast();
  const refuse = useErrorToast();
  const draft = useDraft(saved);
  const [error, setError] = useState<unknown>();
  const [isSaving, setSaving] = useState(false);
  const faults = fieldTexts(error, text);

  const isRefused = error !== undefined;
  useEffect(() => {
    if (isRefused) document.querySelector<HTMLElement>("main [aria-invalid=true]")?.focus();
  }, [isRefused]);

  const attempt = async (): Promise<boolean> => {
    const now = await read();
    if (draft.collisionsWith(now).length > 0) return false;
    const { changes } = draft;
    const changed = Object.entries(now).filter(([name]) => name in changes);
    const before = Object.fromEntries(changed) as Partial<Values>;
    if (changed.length > 0) await write(changes, now);
    await read();
    draft.settle(changes);
    const undo = () =>
      void read()
        .then((then) => write(before, then))
        .then(read)
        .catch(refuse);
    toast({ text: own.saved, icon: "check", ...(cannotUndo?.(changes) ? {} : { undo }) });
    return true;
  };
  const save = async (): Promise<boolean> => {
    if (isSaving) return false;
    setSaving(true);
    setError(undefined);
    try {
      return await attempt();
    } catch (refusal) {
      setError(refusal);
      return false;
    } finally {
      setSaving(false);
    }
  };
  return {
    ...draft,
    set: (next) => {
      setError(undefined);
      draft.set(next);
    },
    revert: () => {
      setError(undefined);
      draft.revert();
    },
    saved,
    faults,
    fault: isRefused && Object.keys(faults).length === 0 ? errorText(error, text) : undefined,
    isSaving,
    save,
  };
}

interface TheirsProps<Values extends object> {
  form: Form<Values>;
  name: keyof Values & string;
  /** the saved value as people read it */
  shown?: string;
}

/** Below a field that two have changed: the other value, and the choice. */
export function Theirs<Values extends object>(props: TheirsProps<Values>) {
  return props.form.collisions.includes(props.name) ? <Choice {...props} /> : null;
}

function Choice<Values extends object>({ form, name, shown }: TheirsProps<Values>) {
  const own = useTexts(settingsTexts);
  const text = useText();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // a promise in newer browsers, and no clean-up
    void box.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <div className="tell warn theirs" role="alert" ref={box}>
      <div>
        <b>{own.changedByOther}</b>
        <p>
          {text.stale.theirs}: <Foreign>{shown ?? (String(form.saved[name]) || own.nothing)}</Foreign>
        </p>
        <div className="row-gap">
          <button type="button" className="btn sm" onClick={() => form.keepTheirs(name)}>
            {text.stale.keepTheirs}
          </button>
          <button type="button" className="btn sm" onClick={() => form.keepMine(name)}>
            {own.keepMine}
          </button>
        </div>
      </div>
    </div>
  );
}

/** A value that a callback reads later, as it is then. */
export function useLatest<Value>(value: Value): { readonly current: Value } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}
