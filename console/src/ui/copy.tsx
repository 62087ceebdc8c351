/** Copies a text to the clipboard, and says so. */
import { useText } from "../text/text.tsx";
import { Icon } from "./icon.tsx";
import { useToast } from "./toast.tsx";

export function useCopy(): (value: string, what?: string) => void {
  const text = useText();
  const toast = useToast();
  return (value, what = value) =>
    void navigator.clipboard.writeText(value).then(
      () => toast({ text: text.words.copied(what), icon: "check" }),
      () => toast({ text: text.failure.unknown, icon: "warning" }),
    );
}

/** A button of one icon that copies a text. */
export function CopyButton({ value, what }: { value: string; what: string }) {
  const text = useText();
  const copy = useCopy();
  return (
    <button
      type="button"
      className="btn ghost xs icon"
      aria-label={text.words.copy(what)}
      onClick={() => copy(value, what)}
    >
      <Icon name="copy" size={14} />
    </button>
  );
}
