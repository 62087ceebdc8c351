/**
 * Toast: what just happened, with its undo while it is offered. It stays eight seconds, and as long as the pointer or the
 * focus is on it; `U` undoes the last one.
 */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useText } from "../text/text.tsx";
import { errorText } from "./error-text.ts";
import { Icon, type IconName } from "./icon.tsx";
import { KeyHint } from "./key-hint.tsx";
import { useKeys } from "./keys.ts";

const shownMs = 8000;

export interface ToastContent {
  text: string;
  icon: IconName;
  /** undoes the act; the toast is closed before */
  undo?: () => void;
  /** another act than undo, by its name */
  act?: { label: string; run: () => void };
}

const context = createContext<(content: ToastContent) => void>(() => undefined);

export const useToast = () => useContext(context);

/** Says why an act was refused. */
export function useErrorToast(): (error: unknown) => void {
  const text = useText();
  const toast = useToast();
  return (error) => toast({ text: errorText(error, text), icon: "warning" });
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<ToastContent & { number: number }>();
  const number = useRef(0);
  const show = useCallback((content: ToastContent) => {
    number.current += 1;
    setShown({ ...content, number: number.current });
  }, []);
  const close = useCallback(() => setShown(undefined), []);
  return (
    <context.Provider value={show}>
      {children}
      <div role="status" aria-live="polite">
        {shown && <Toast key={shown.number} content={shown} close={close} />}
      </div>
    </context.Provider>
  );
}

function Toast({ content, close }: { content: ToastContent; close: () => void }) {
  const text = useText();
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (isHeld) return undefined;
    const timer = setTimeout(close, shownMs);
    return () => clearTimeout(timer);
  }, [isHeld, close]);
  const undo = content.undo;
  useKeys(
    useMemo(
      () =>
        undo
          ? {
              undo: () => {
                close();
                undo();
              },
            }
          : {},
      [undo, close],
    ),
  );
  const act = undo ? { label: text.words.undo, run: undo } : content.act;
  return (
    <div
      className="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={content.icon} />
      <span className="cut">
        <bdi>{content.text}</bdi>
      </span>
      {act && (
        <button
          type="button"
          className="btn sm"
          onClick={() => {
            close();
            act.run();
          }}
        >
          {act.label}
          {undo && <KeyHint act="undo" />}
        </button>
      )}
      <button type="button" className="btn sm icon" aria-label={text.words.close} onClick={close}>
        <Icon name="x" size={14} />
      </button>
    </div>
  );
}
