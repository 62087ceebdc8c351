/** Dialog with one form: its fields, why it was refused, the way out and the act. */
import { type ReactNode, useId } from "react";
import { useText } from "../../text/text.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FaultLine } from "../../ui/form-fields.tsx";
import type { Act } from "./act.ts";

interface FormDialogProps {
  title: string;
  onClose: () => void;
  isDirty?: boolean;
  act: Act;
  /** the name of the act, on its button */
  label: string;
  /** what is needed is there */
  isReady: boolean;
  /** the act loses something */
  isBad?: boolean;
  /** what has the focus at first, where that is no field */
  focus?: "act" | "wayOut" | undefined;
  /** the way out, where it is not to cancel */
  closeLabel?: string | undefined;
  children: ReactNode;
}

export function FormDialog(props: FormDialogProps) {
  const { title, onClose, isDirty = false, act, label, isReady, isBad, focus, closeLabel, children } = props;
  const text = useText();
  const id = useId();
  return (
    <Dialog
      title={title}
      onClose={onClose}
      isDirty={isDirty}
      footer={
        <>
          <button type="button" className="btn ghost" onClick={onClose} autoFocus={focus === "wayOut"}>
            {closeLabel ?? text.words.cancel}
          </button>
          <button
            type="submit"
            form={id}
            className={isBad ? "btn bad" : "btn pri"}
            disabled={act.isBusy || !isReady}
            autoFocus={focus === "act"}
          >
            {label}
          </button>
        </>
      }
    >
      <form
        id={id}
        className="stack"
        noValidate
        onSubmit={(event) => {
          if (isReady) act.run(event);
          else event.preventDefault();
        }}
      >
        {children}
        <FaultLine fault={act.fault} />
      </form>
    </Dialog>
  );
}
