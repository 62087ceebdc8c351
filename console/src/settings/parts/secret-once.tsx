/** A secret that the server tells once: copied, then covered, and gone with the box. It is kept nowhere else. */
import { type ReactNode, useState } from "react";
import { useTexts } from "../../text/texts.ts";
import { Icon } from "../../ui/icon.tsx";
import { partsTexts } from "./text.ts";

interface SecretOnceProps {
  title: string;
  secret: string;
  onClose: () => void;
  children?: ReactNode;
}

const coveredFrom = 8;

export function SecretOnce({ title, secret, onClose, children }: SecretOnceProps) {
  const text = useTexts(partsTexts);
  const [state, setState] = useState<"shown" | "copied" | "refused">("shown");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      setState("copied");
    } catch {
      setState("refused");
    }
  };
  const isCovered = state === "copied";
  return (
    <div className="tell good once" role="status">
      <Icon name="key" />
      <div>
        <b>
          <bdi>{title}</bdi>
        </b>
        <div className="secret">
          <code>{isCovered ? `${secret.slice(0, coveredFrom)}${"•".repeat(12)}` : secret}</code>
          <button type="button" className="btn sm" onClick={() => void copy()} autoFocus>
            <Icon name="copy" />
            {isCovered ? text.copyAgain : text.copy}
          </button>
        </div>
        {state !== "shown" && <p className="small">{state === "copied" ? text.copied : text.notCopied}</p>}
        {children}
      </div>
      <button type="button" className="btn ghost xs icon" aria-label={text.haveIt} onClick={onClose}>
        <Icon name="x" size={14} />
      </button>
    </div>
  );
}
