/** Dialog: over the page, a sheet on a telephone. Escape and the veil close it; what was typed is asked about first. */
import { Dialog as Base } from "@base-ui/react/dialog";
import { type ReactNode, useEffect, useState } from "react";
import { useText } from "../text/text.tsx";
import { Icon } from "./icon.tsx";

interface DialogProps {
  title: string;
  onClose: () => void;
  /** something was typed that closing would lose */
  isDirty?: boolean;
  /** it cannot be closed from here */
  isFixed?: boolean;
  /** nothing in it can be pressed: the text itself takes the focus, to be scrolled by keys */
  isText?: boolean;
  children: ReactNode;
  footer?: ReactNode;
}

export function Dialog({
  title,
  onClose,
  isDirty = false,
  isFixed = false,
  isText,
  children,
  footer,
}: DialogProps) {
  const text = useText();
  const [isAsking, setAsking] = useState(false);
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // the dialog is gone with what had the focus; what its act brought about may take it after this
      if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
    },
    [opener],
  );
  const close = () => {
    if (isFixed) return;
    if (isDirty && !isAsking) setAsking(true);
    else onClose();
  };
  return (
    <Base.Root open onOpenChange={(isOpen) => isOpen || close()}>
      <Base.Portal>
        <Base.Backdrop className="veil-back" />
        <Base.Viewport className="veil">
          <Base.Popup className="dialog" finalFocus={false}>
            <header>
              <Base.Title>{title}</Base.Title>
              {!isFixed && (
                <button
                  type="button"
                  className="btn ghost sm icon"
                  aria-label={text.words.close}
                  onClick={close}
                >
                  <Icon name="x" />
                </button>
              )}
            </header>
            <div className="body" {...(isText && { tabIndex: 0, role: "region", "aria-label": title })}>
              {children}
            </div>
            {isAsking ? (
              <footer role="alert">
                <span className="small t2 grow">{text.words.unsaved}</span>
                <button type="button" className="btn" onClick={onClose}>
                  {text.words.leave}
                </button>
                <button type="button" className="btn pri" onClick={() => setAsking(false)} autoFocus>
                  {text.words.stay}
                </button>
              </footer>
            ) : (
              footer && <footer>{footer}</footer>
            )}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}
