/**
 * Deletes a custom field. Without values it goes at once; with values the API names their number, and only then can it
 * be deleted with them.
 */
import { type CustomFieldDefinition, DossierError } from "@dossier/api";
import { useState } from "react";
import { api } from "../../session/api.ts";
import { useTexts } from "../../text/texts.ts";
import { Icon } from "../../ui/icon.tsx";
import { useToast } from "../../ui/toast.tsx";
import { Confirm } from "../parts/confirm.tsx";
import { useFieldsChanged } from "./fields-query.ts";
import { lossOf } from "./loss.ts";
import { fieldsTexts } from "./text.ts";

export function DeleteField({ field, onClose }: { field: CustomFieldDefinition; onClose: () => void }) {
  const text = useTexts(fieldsTexts);
  const toast = useToast();
  const refresh = useFieldsChanged();
  const [loss, setLoss] = useState<number>();
  const remove = async () => {
    try {
      await api.customfield.delete({ id: field.id, ...(loss === undefined ? {} : { force: true }) });
    } catch (refusal) {
      const found = refusal instanceof DossierError ? lossOf(refusal.fields.force) : undefined;
      if (found === undefined) throw refusal;
      return setLoss(found);
    }
    await refresh();
    toast({ text: text.deleted(field.label), icon: "trash" });
    onClose();
  };
  return (
    <Confirm
      title={text.deleteAsk(field.label)}
      act={loss === undefined ? text.deleteAct : text.deleteWithLoss(loss)}
      onAct={remove}
      onClose={onClose}
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
    </Confirm>
  );
}
