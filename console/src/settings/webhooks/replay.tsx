/** Sends a range of deliveries again; with more than goes at once it says so, and goes on from where it stopped. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../session/api.ts";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { TextField } from "../../ui/form-fields.tsx";
import { useToast } from "../../ui/toast.tsx";
import { useAct } from "../parts/act.ts";
import { FormDialog } from "../parts/form-dialog.tsx";
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
  const act = useAct(["since", "until"], async () => {
    const { count, nextSince } = await api.webhook.replay({
      id,
      since: rest?.from ?? new Date(since),
      ...(until ? { until: new Date(until) } : {}),
    });
    void queries.invalidateQueries({ queryKey: webhooksKey });
    const sent = (rest?.sent ?? 0) + count;
    if (nextSince) return setRest({ from: nextSince, sent });
    toast({ text: hooks.replay.sent(sent), icon: "refresh" });
    onClose();
  });
  return (
    <FormDialog
      title={hooks.deliveries.range}
      onClose={onClose}
      act={act}
      label={rest ? hooks.replay.goOn : hooks.replay.act}
      isReady={since !== ""}
      closeLabel={rest && text.words.close}
    >
      <p>{rest ? hooks.replay.rest(rest.sent) : hooks.replay.lead}</p>
      {!rest && (
        <div className="two-fields">
          <TextField
            label={hooks.replay.since}
            type="datetime-local"
            value={since}
            fault={act.faults.since}
            isFirst
            onChange={setSince}
          />
          <TextField
            label={hooks.replay.until}
            hint={hooks.replay.untilHint}
            type="datetime-local"
            value={until}
            fault={act.faults.until}
            onChange={setUntil}
          />
        </div>
      )}
    </FormDialog>
  );
}
