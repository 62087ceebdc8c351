/** For how long a contact does not ask the CRM again: a number and a unit, and the sentence that they make. */
import { type ReactNode, useState } from "react";
import { useLanguage } from "../../../text/text.tsx";
import { useTexts } from "../../../text/texts.ts";
import { FaultLine, SwitchField } from "../../../ui/form-fields.tsx";
import { lookupTexts } from "./text.ts";

const units = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;
type Unit = keyof typeof units;
const largestFirst = Object.keys(units).toReversed() as Unit[];

const unitOf = (seconds: number): Unit =>
  largestFirst.find((unit) => seconds % units[unit] === 0) ?? "second";

/** A number of seconds in words, such as "2 hours". */
export function useDuration(): (seconds: number) => string {
  const { language } = useLanguage();
  return (seconds) => {
    const unit = unitOf(seconds);
    return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(
      seconds / units[unit],
    );
  };
}

interface RefreshProps {
  seconds: number;
  onChange: (seconds: number) => void;
  fault: string | undefined;
  note: ReactNode;
}

export function Refresh({ seconds, onChange, fault, note }: RefreshProps) {
  const text = useTexts(lookupTexts);
  const durationOf = useDuration();
  const [chosen, setChosen] = useState<Unit>();
  const isAlways = seconds === 0;
  const unit = chosen && seconds % units[chosen] === 0 ? chosen : unitOf(seconds);
  const amount = seconds / units[unit];
  return (
    <SwitchField
      label={text.everyContact}
      hint={isAlways ? text.everyContactOn : text.everyContactOff(durationOf(seconds))}
      isOn={isAlways}
      onChange={(isOn) => onChange(isOn ? 0 : units.day)}
      note={
        <>
          {!isAlways && (
            <div className="row-gap amount">
              <span className="input sm">
                <input
                  type="number"
                  min={1}
                  aria-label={text.refresh}
                  aria-invalid={fault !== undefined}
                  value={amount}
                  onChange={(event) => {
                    const next = Math.floor(Number(event.target.value));
                    if (next > 0) onChange(next * units[unit]);
                  }}
                />
              </span>
              <span className="select sm">
                <select
                  aria-label={text.unit}
                  value={unit}
                  onChange={(event) => {
                    const next = event.target.value as Unit;
                    setChosen(next);
                    onChange(amount * units[next]);
                  }}
                >
                  {(Object.keys(units) as Unit[]).map((one) => (
                    <option key={one} value={one}>
                      {text.units[one]}
                    </option>
                  ))}
                </select>
              </span>
            </div>
          )}
          <FaultLine fault={fault} />
          {note}
        </>
      }
    />
  );
}
