/** The settings of a webhook, new or changed. A refused one says why at its field, and keeps what was typed. */
import { DossierError, type EventType, type Webhook } from "@dossier/api";
import { type SyntheticEvent, useState } from "react";
import { api } from "../../session/api.ts";
import { useSession } from "../../session/session.tsx";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { errorText } from "../../ui/error-text.ts";
import { Icon } from "../../ui/icon.tsx";
import { BrandChoice } from "../parts/brands.tsx";
import { InputField } from "../parts/input-field.tsx";
import { partsTexts } from "../parts/text.ts";
import { webhookTexts } from "./text.ts";
import { allEvents } from "./webhook-data.ts";

interface WebhookFormProps {
  /** changed; without one a webhook is made */
  webhook?: Webhook;
  onClose: () => void;
  /** with the secret of a new one */
  onSaved: (secret?: string) => void;
}

interface Draft {
  name: string;
  url: string;
  events: readonly EventType[];
  brandIds: readonly number[] | null;
}

const places = ["name", "url", "events", "brandIds"] as const;
type Faults = Partial<Record<(typeof places)[number] | "other", string>>;

async function save({ name, url, events, brandIds }: Draft, webhook?: Webhook): Promise<string | undefined> {
  const settings = { name: name.trim(), url: url.trim(), events: [...events] };
  if (webhook) {
    await api.webhook.update({ id: webhook.id, ...settings });
    return undefined;
  }
  return (await api.webhook.create({ ...settings, ...(brandIds ? { brandIds: [...brandIds] } : {}) })).secret;
}

function faultsOf(error: unknown): Faults {
  const fields = error instanceof DossierError ? error.fields : {};
  // a fault of one event names its place in the list
  const entries = Object.entries(fields).flatMap(([field, fault]) => {
    const place = places.find((one) => field === one || field.startsWith(`${one}.`));
    return place ? [[place, fault] as const] : [];
  });
  return Object.fromEntries(entries);
}

export function WebhookForm({ webhook, onClose, onSaved }: WebhookFormProps) {
  const text = useText();
  const hooks = useTexts(webhookTexts);
  const parts = useTexts(partsTexts);
  const { session } = useSession();
  const [start] = useState<Draft>(() =>
    webhook ? { ...webhook } : { name: "", url: "", events: allEvents, brandIds: session?.brandIds ?? null },
  );
  const [draft, setDraft] = useState(start);
  const [faults, setFaults] = useState<Faults>({});
  const [isBusy, setBusy] = useState(false);
  const change = (next: Partial<Draft>) => {
    setDraft({ ...draft, ...next });
    setFaults({});
  };
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const missing: Faults = {
      ...(draft.events.length === 0 && { events: hooks.form.chooseEvent }),
      ...(draft.brandIds?.length === 0 && { brandIds: parts.chooseBrand }),
    };
    if (Object.keys(missing).length > 0) return setFaults(missing);
    setBusy(true);
    try {
      onSaved(await save(draft, webhook));
    } catch (error) {
      const known = faultsOf(error);
      setFaults(Object.keys(known).length > 0 ? known : { other: errorText(error, text) });
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={webhook ? hooks.form.edit : hooks.list.new}
      onClose={onClose}
      isDirty={draft !== start}
      footer={
        <>
          <button type="button" className="btn ghost" onClick={onClose}>
            {text.words.cancel}
          </button>
          <button
            type="submit"
            form="webhook"
            className="btn pri"
            disabled={isBusy || !draft.url.trim() || draft === start}
          >
            {webhook ? text.words.save : hooks.form.make}
          </button>
        </>
      }
    >
      <form id="webhook" className="stack" onSubmit={(event) => void submit(event)}>
        <InputField
          label={hooks.form.name}
          hint={hooks.form.nameHint}
          value={draft.name}
          maxLength={255}
          fault={faults.name}
          autoFocus
          onChange={(event) => change({ name: event.target.value })}
        />
        <InputField
          label={hooks.form.url}
          hint={hooks.form.urlHint}
          value={draft.url}
          placeholder="https://"
          inputMode="url"
          className="mono"
          fault={faults.url}
          onChange={(event) => change({ url: event.target.value })}
        />
        <EventChoice value={draft.events} onChange={(events) => change({ events })} fault={faults.events} />
        {!webhook && (
          <BrandChoice
            value={draft.brandIds}
            onChange={(brandIds) => change({ brandIds })}
            fault={faults.brandIds}
          />
        )}
        {faults.other && (
          <p className="fault-line" role="alert">
            <Icon name="warning" />
            <span>{faults.other}</span>
          </p>
        )}
      </form>
    </Dialog>
  );
}

interface EventChoiceProps {
  value: readonly EventType[];
  onChange: (value: readonly EventType[]) => void;
  fault: string | undefined;
}

function EventChoice({ value, onChange, fault }: EventChoiceProps) {
  const text = useTexts(webhookTexts);
  const toggle = (one: EventType) => allEvents.filter((other) => value.includes(other) !== (other === one));
  return (
    <fieldset className="field">
      <legend className="label">{text.list.events}</legend>
      <div className="seg fit" role="group" aria-label={text.list.events}>
        <button
          type="button"
          aria-pressed={value.length === allEvents.length}
          onClick={() => onChange(allEvents)}
        >
          {text.form.all}
        </button>
        <button type="button" aria-pressed={value.length === 0} onClick={() => onChange([])}>
          {text.form.noneOf}
        </button>
      </div>
      <div className="grants">
        {allEvents.map((one) => (
          <label key={one} className="check">
            <input type="checkbox" checked={value.includes(one)} onChange={() => onChange(toggle(one))} />
            <span>
              <code>{one}</code>
              <small className="t3 xsmall">{text.events[one]}</small>
            </span>
          </label>
        ))}
      </div>
      {fault && (
        <span className="fault" role="alert">
          <Icon name="warning" size={14} />
          {fault}
        </span>
      )}
    </fieldset>
  );
}
