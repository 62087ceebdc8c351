/** Options of a select: one line each, in their order. Enter makes the next; what is pasted with lines makes several. */
import { useEffect, useId, useRef } from "react";
import { useTexts } from "../../text/texts.ts";
import { FaultLine } from "../../ui/form-fields.tsx";
import { Icon } from "../../ui/icon.tsx";
import { fieldsTexts } from "./text.ts";

interface OptionsEditorProps {
  options: string[];
  fault: string | undefined;
  onChange: (options: string[]) => void;
}

export function OptionsEditor({ options, fault, onChange }: OptionsEditorProps) {
  const text = useTexts(fieldsTexts);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const next = useRef<number>(undefined);
  useEffect(() => {
    if (next.current === undefined) return;
    list.current?.querySelectorAll("input")[next.current]?.focus();
    next.current = undefined;
  });
  const insert = (place: number, added: string[]) => {
    next.current = place + added.length - 1;
    onChange(options.toSpliced(place, 0, ...added));
  };
  const move = (place: number, step: number) => {
    const option = options[place];
    if (option === undefined) return;
    next.current = place + step;
    onChange(options.toSpliced(place, 1).toSpliced(place + step, 0, option));
  };
  return (
    <div className="field" role="group" aria-labelledby={id}>
      <span className="label" id={id}>
        {text.options}
      </span>
      <ul className="options" ref={list}>
        {options.map((option, place) => (
          <li key={place}>
            <span className="input sm">
              <input
                aria-label={text.option(place + 1)}
                dir="auto"
                autoComplete="off"
                value={option}
                onChange={(event) => onChange(options.with(place, event.target.value))}
                onPaste={(event) => {
                  const lines = event.clipboardData.getData("text").split(/\r?\n/).filter(Boolean);
                  if (lines.length < 2) return;
                  event.preventDefault();
                  next.current = place + lines.length - 1;
                  onChange(options.toSpliced(place, option ? 0 : 1, ...lines));
                }}
                onKeyDown={(event) => {
                  if (event.key === "Enter") {
                    event.preventDefault();
                    insert(place + 1, [""]);
                  } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
                    event.preventDefault();
                    move(place, event.key === "ArrowUp" ? -1 : 1);
                  }
                }}
              />
            </span>
            <button
              type="button"
              className="btn ghost xs icon"
              aria-label={text.moveUp(option)}
              disabled={place === 0}
              onClick={() => move(place, -1)}
            >
              <Icon name="up" size={14} />
            </button>
            <button
              type="button"
              className="btn ghost xs icon"
              aria-label={text.removeOption(option)}
              onClick={() => onChange(options.toSpliced(place, 1))}
            >
              <Icon name="x" size={14} />
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="btn xs ghost fit" onClick={() => insert(options.length, [""])}>
        <Icon name="plus" size={14} />
        {text.addOption}
      </button>
      <FaultLine fault={fault} />
      <span className="hint">{text.optionsHint}</span>
    </div>
  );
}
