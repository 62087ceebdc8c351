/** The settings of a webhook, new or changed. A refused one says why at its field, and keeps what was typed. */
import type { EventType, Webhook } from "@dossier/api";
import { useState } from "react";
import { api } from "../../session/api.ts";
import { useSession } from "../../session/session.tsx";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { TextField } from "../../ui/form-fields.tsx";
import { useAct } from "../parts/act.ts";
import { BrandChoice } from "../parts/brands.tsx";
import { ChoiceGrid } from "../parts/choice-grid.tsx";
import { FormDialog } from "../parts/form-dialog.tsx";
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

async function save({ name, url, events, brandIds }: Draft, webhook?: Webhook): Promise<string | undefined> {
  const settings = { name: name.trim(), url: url.trim(), events: [...events] };
  if (webhook) {
    await api.webhook.update({ id: webhook.id, ...settings });
    return undefined;
  }
  return (await api.webhook.create({ ...settings, ...(brandIds ? { brandIds: [...brandIds] } : {}) })).secret;
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
  const act = useAct(
    places,
    async () => onSaved(await save(draft, webhook)),
    () => ({
      ...(draft.events.length === 0 && { events: hooks.form.chooseEvent }),
      ...(draft.brandIds?.length === 0 && { brandIds: parts.chooseBrand }),
    }),
  );
  const { faults } = act;
  const change = (next: Partial<Draft>) => {
    setDraft({ ...draft, ...next });
    act.clear();
  };
  return (
    <FormDialog
      title={webhook ? hooks.form.edit : hooks.list.new}
      onClose={onClose}
      isDirty={draft !== start}
      act={act}
      label={webhook ? text.words.save : hooks.form.make}
      isReady={draft.url.trim() !== "" && draft !== start}
    >
      <TextField
        label={hooks.form.name}
        hint={hooks.form.nameHint}
        value={draft.name}
        maxLength={255}
        fault={faults.name}
        isFirst
        onChange={(name) => change({ name })}
      />
      <TextField
        label={hooks.form.url}
        hint={hooks.form.urlHint}
        value={draft.url}
        placeholder="https://"
        inputMode="url"
        isMono
        fault={faults.url}
        onChange={(url) => change({ url })}
      />
      <EventChoice value={draft.events} onChange={(events) => change({ events })} fault={faults.events} />
      {!webhook && (
        <BrandChoice
          value={draft.brandIds}
          onChange={(brandIds) => change({ brandIds })}
          fault={faults.brandIds}
        />
      )}
    </FormDialog>
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
  const ticks = allEvents.map((one) => ({
    value: one,
    label: <code>{one}</code>,
    hint: text.events[one],
    isOn: value.includes(one),
  }));
  return (
    <ChoiceGrid
      label={text.list.events}
      groups={[{ name: "", ticks }]}
      onToggle={(one) => onChange(toggle(one))}
      fault={fault}
    >
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
    </ChoiceGrid>
  );
}
