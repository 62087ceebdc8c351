/** The end of a new key: a preset or a day, no later than that of the key that makes it. */
import { useSession } from "../../session/session.tsx";
import { useTexts } from "../../text/texts.ts";
import { longDate } from "../../ui/format.ts";
import { FaultLine, TextField } from "../../ui/form-fields.tsx";
import { accessTexts } from "./text.ts";

const dayMs = 86_400_000;

export interface ChosenEnd {
  preset: "never" | "30" | "90" | "365" | "date";
  /** of a chosen day, as its field writes it */
  day: string;
}

/** The moment of a chosen end: the last second of its day, in the reader's zone. */
export function momentOf({ preset, day }: ChosenEnd): Date | undefined {
  if (preset === "never") return undefined;
  if (preset === "date") return new Date(`${day}T23:59:59`);
  const end = new Date(Date.now() + Number(preset) * dayMs);
  end.setHours(23, 59, 59, 0);
  return end;
}

/** Whether a day was chosen, and it is in the future. */
export const isChosen = (end: ChosenEnd): boolean => {
  const at = momentOf(end);
  return at === undefined || at.getTime() > Date.now();
};

const dayOfField = (at: Date) =>
  `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;

interface KeyEndFieldProps {
  value: ChosenEnd;
  onChange: (value: ChosenEnd) => void;
  fault: string | undefined;
}

export function KeyEndField({ value, onChange, fault }: KeyEndFieldProps) {
  const text = useTexts(accessTexts);
  const { session } = useSession();
  const limit = session?.expiresAt ? new Date(session.expiresAt) : undefined;
  const presets = (["never", "30", "90", "365", "date"] as const).filter((one) => {
    const at = one === "date" ? undefined : momentOf({ preset: one, day: "" });
    return !at || !limit || at <= limit;
  });
  const at = momentOf(value);
  return (
    <fieldset className="field">
      <legend className="label">{text.form.end}</legend>
      <div className="seg fit" role="group" aria-label={text.form.end}>
        {presets.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === value.preset}
            onClick={() => onChange({ ...value, preset: one })}
          >
            {text.endPresets[one]}
          </button>
        ))}
      </div>
      {value.preset === "date" && (
        <TextField
          label={text.form.day}
          type="date"
          value={value.day}
          min={dayOfField(new Date(Date.now() + dayMs))}
          max={limit && dayOfField(limit)}
          fault={fault}
          onChange={(day) => onChange({ ...value, day })}
        />
      )}
      <span className="hint">
        {at && isChosen(value) && value.preset !== "date" && `${text.form.endsOn(longDate(at))} `}
        {session?.keyId !== 0 && (limit ? text.form.endsWithOn(longDate(limit)) : text.form.endsWith)}
      </span>
      {value.preset !== "date" && <FaultLine fault={fault} />}
    </fieldset>
  );
}
