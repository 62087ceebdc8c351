/**
 * Asks before an act that cannot be undone, naming what is lost. Where more is at stake, a name is typed first. A refused
 * act says why and leaves the dialog open.
 */
import { type ReactNode, useState } from "react";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { errorText } from "../../ui/error-text.ts";
import { Icon } from "../../ui/icon.tsx";
import { InputField } from "./input-field.tsx";
import { partsTexts } from "./text.ts";

interface ConfirmProps {
  title: string;
  act: string;
  /** must be typed first */
  typedName?: string | undefined;
  isWaiting?: boolean;
  isGood?: boolean;
  onAct: () => Promise<void>;
  onClose: () => void;
  children: ReactNode;
}

export function Confirm({
  title,
  act,
  typedName,
  isWaiting = false,
  isGood = false,
  onAct,
  onClose,
  children,
}: ConfirmProps) {
  const text = useText();
  const parts = useTexts(partsTexts);
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const isReady = !isWaiting && !isBusy && (typedName === undefined || typed.trim() === typedName);
  const run = async () => {
    setBusy(true);
    try {
      await onAct();
    } catch (error) {
      setFault(errorText(error, text));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="btn ghost" onClick={onClose}>
            {text.words.cancel}
          </button>
          <button
            type="submit"
            form="confirm"
            className={isGood ? "btn pri" : "btn bad"}
            disabled={!isReady}
            autoFocus={typedName === undefined && isGood}
          >
            {act}
          </button>
        </>
      }
    >
      <form
        id="confirm"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void run();
        }}
      >
        {children}
        {typedName !== undefined && (
          <InputField
            label={<bdi>{parts.typeName(typedName)}</bdi>}
            value={typed}
            autoFocus
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
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
