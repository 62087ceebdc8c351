/** Erasure: the one act without an undo. The id is typed before it runs, and the receipt is shown after. */
import type { Customer } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { withoutReads } from "../data/live.ts";
import { api } from "../session/api.ts";
import { useText } from "../text/text.tsx";
import { errorText } from "../ui/error-text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { useToast } from "../ui/toast.tsx";

interface EraseProps {
  customer: Customer;
  onClose: () => void;
  onErased: () => void;
}

export function Erase({ customer, onClose, onErased }: EraseProps) {
  const text = useText();
  const toast = useToast();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const wanted = customer.primaryId || String(customer.id);
  const erase = async () => {
    setBusy(true);
    try {
      const { receipt } = await withoutReads(queries, customer.id, () =>
        api.customer.purge({ id: customer.id }),
      );
      queries.clear();
      toast({ text: text.customer.erased(receipt.id), icon: "shield" });
      onErased();
    } catch (error) {
      setFault(errorText(error, text));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={text.customer.erase}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="btn ghost" onClick={onClose}>
            {text.words.cancel}
          </button>
          <button type="submit" form="erase" className="btn bad" disabled={typed.trim() !== wanted || isBusy}>
            {text.customer.erase}
          </button>
        </>
      }
    >
      <form
        id="erase"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === wanted && !isBusy) void erase();
        }}
      >
        <p>
          {text.customer.eraseWarn} <b>{text.customer.eraseFinal}</b>
        </p>
        <div className="field">
          <label htmlFor="erase-id">{text.customer.eraseConfirm(wanted)}</label>
          <div className="input">
            <input
              id="erase-id"
              className="mono"
              autoComplete="off"
              spellCheck={false}
              autoFocus
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
        </div>
        {fault && (
          <p className="fault-line" role="alert">
            <Icon name="warning" />
            <span>{fault}</span>
          </p>
        )}
      </form>
    </Dialog>
  );
}
