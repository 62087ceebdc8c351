/**
 * Asks before an act that cannot be undone, naming what is lost. Where more is at stake, a name is typed first. A refused
 * act says why and leaves the dialog open.
 */
import { type ReactNode, useState } from "react";
import { useTexts } from "../../text/texts.ts";
import { TextField } from "../../ui/form-fields.tsx";
import { useAct } from "./act.ts";
import { FormDialog } from "./form-dialog.tsx";
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

export function Confirm(props: ConfirmProps) {
  const { title, act: label, typedName, isWaiting = false, isGood = false, onAct, onClose, children } = props;
  const parts = useTexts(partsTexts);
  const [typed, setTyped] = useState("");
  const act = useAct([], onAct);
  const isTyped = typedName === undefined || typed.trim() === typedName;
  return (
    <FormDialog
      title={title}
      onClose={onClose}
      act={act}
      label={label}
      isReady={!isWaiting && isTyped}
      isBad={!isGood}
      focus={typedName !== undefined ? undefined : isGood ? "act" : "wayOut"}
    >
      {children}
      {typedName !== undefined && (
        <TextField label={<bdi>{parts.typeName(typedName)}</bdi>} value={typed} isFirst onChange={setTyped} />
      )}
    </FormDialog>
  );
}
