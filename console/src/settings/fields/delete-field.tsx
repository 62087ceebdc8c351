/**
 * Deletes a custom field. Without values it goes at once; with values the API names their number, and only then can it
 * be deleted with them.
 */
import { type CustomFieldDefinition, DossierError } from "@dossier/api";
import { useState } from "react";
import { api } from "../../session/api.ts";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { errorText } from "../../ui/error-text.ts";
import { FaultLine } from "../../ui/form-fields.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useToast } from "../../ui/toast.tsx";
import { useFieldsChanged } from "./fields-query.ts";
import { lossOf } from "./loss.ts";
import { fieldsTexts } from "./text.ts";

export function DeleteField({ field, onClose }: { field: CustomFieldDefinition; onClose: () => void }) {
  const text = useTexts(fieldsTexts);
  const words = useText();
  const toast = useToast();
  const refresh = useFieldsChanged();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const loss = error instanceof DossierError ? lossOf(error.fields.force) : undefined;
  const remove = async () => {
    setBusy(true);
    try {
      await api.customfield.delete({ id: field.id, ...(loss === undefined ? {} : { force: true }) });
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
      return;
    }
    await refresh();
    toast({ text: text.deleted(field.label), icon: "trash" });
    onClose();
  };
  return (
    <Dialog
      title={text.deleteAsk(field.label)}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="btn ghost" onClick={onClose} autoFocus>
            {words.words.cancel}
          </button>
          <button type="button" className="btn bad" disabled={isBusy} onClick={() => void remove()}>
            {loss === undefined ? text.deleteAct : text.deleteWithLoss(loss)}
          </button>
        </>
      }
    >
      {loss === undefined ? (
        <p>{text.deleteHint}</p>
      ) : (
        <div className="tell bad" role="alert">
          <Icon name="warning" />
          <div>
            <b>{text.wouldLose(loss)}</b>
            <p>{text.deleteLossHint}</p>
          </div>
        </div>
      )}
      {error !== undefined && loss === undefined && <FaultLine fault={errorText(error, words)} />}
    </Dialog>
  );
}
