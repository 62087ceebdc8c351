/** Writes down what happened, as an event of the customer by the signed-in person. */
import type { Customer } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { api } from "../session/api.ts";
import { useSession } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { errorText } from "../ui/error-text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { KeyHint } from "../ui/key-hint.tsx";

export function AddEvent({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const text = useText();
  const { session } = useSession();
  const queries = useQueryClient();
  const [location, navigate] = useLocation();
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const save = async () => {
    if (!typed.trim() || isBusy) return;
    setBusy(true);
    try {
      await api.customer.addEvent({
        customerId: customer.id,
        message: typed.trim(),
        ...(session ? { initiatedBy: session.name } : {}),
      });
      for (const key of ["timeline", "newest", "latest", "latest-event", "counts"])
        void queries.resetQueries({ queryKey: [key, customer.id] });
      onClose();
      navigate(location, { replace: true });
    } catch (error) {
      setFault(errorText(error, text));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={text.customer.addEvent}
      onClose={onClose}
      isDirty={typed.trim() !== ""}
      footer={
        <>
          <button type="button" className="btn ghost" onClick={onClose}>
            {text.words.cancel}
          </button>
          <button
            type="button"
            className="btn pri"
            disabled={!typed.trim() || isBusy}
            onClick={() => void save()}
          >
            {text.words.save}
            <KeyHint act="keep" />
          </button>
        </>
      }
    >
      <div className="field">
        <label htmlFor="event">{text.customer.event}</label>
        <textarea
          id="event"
          className="area"
          rows={4}
          autoFocus
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
          }}
        />
      </div>
      {fault && (
        <p className="fault-line" role="alert">
          <Icon name="warning" />
          <span>{fault}</span>
        </p>
      )}
    </Dialog>
  );
}
