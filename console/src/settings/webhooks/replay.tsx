/** Sends a range of deliveries again; with more than goes at once it says so, and goes on from where it stopped. */
import { DossierError } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { api } from "../../session/api.ts";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { errorText } from "../../ui/error-text.ts";
import { Icon } from "../../ui/icon.tsx";
import { useToast } from "../../ui/toast.tsx";
import { InputField } from "../parts/input-field.tsx";
import { webhookTexts } from "./text.ts";
import { webhooksKey } from "./webhook-data.ts";

export function Replay({ id, onClose }: { id: number; onClose: () => void }) {
  const text = useText();
  const hooks = useTexts(webhookTexts);
  const queries = useQueryClient();
  const toast = useToast();
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const [rest, setRest] = useState<{ from: string; sent: number }>();
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (isBusy || !since) return;
    setBusy(true);
    setFaults({});
    try {
      const { count, nextSince } = await api.webhook.replay({
        id,
        since: rest?.from ?? new Date(since),
        ...(until ? { until: new Date(until) } : {}),
      });
      void queries.invalidateQueries({ queryKey: webhooksKey });
      const sent = (rest?.sent ?? 0) + count;
      if (nextSince) setRest({ from: nextSince, sent });
      else {
        toast({ text: hooks.replay.sent(sent), icon: "refresh" });
        onClose();
      }
    } catch (error) {
      const fields = error instanceof DossierError ? error.fields : {};
      setFaults(fields.since || fields.until ? fields : { other: errorText(error, text) });
    }
    setBusy(false);
  };
  return (
    <Dialog
      title={hooks.deliveries.range}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="btn ghost" onClick={onClose}>
            {rest ? text.words.close : text.words.cancel}
          </button>
          <button type="submit" form="replay" className="btn pri" disabled={isBusy || !since}>
            {rest ? hooks.replay.goOn : hooks.replay.act}
          </button>
        </>
      }
    >
      <form id="replay" className="stack" onSubmit={(event) => void submit(event)}>
        <p>{rest ? hooks.replay.rest(rest.sent) : hooks.replay.lead}</p>
        {!rest && (
          <div className="two-fields">
            <InputField
              label={hooks.replay.since}
              type="datetime-local"
              value={since}
              fault={faults.since}
              autoFocus
              onChange={(event) => setSince(event.target.value)}
            />
            <InputField
              label={hooks.replay.until}
              hint={hooks.replay.untilHint}
              type="datetime-local"
              value={until}
              fault={faults.until}
              onChange={(event) => setUntil(event.target.value)}
            />
          </div>
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
