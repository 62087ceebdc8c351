/** Choice of any number of things, each ticked, in groups where they have some. */
import type { ReactNode } from "react";
import { FaultLine } from "../../ui/form-fields.tsx";

interface Tick<Value extends string> {
  value: Value;
  label: ReactNode;
  hint?: string | undefined;
  isOn: boolean;
  /** comes with another one */
  isFixed?: boolean;
}

export interface ChoiceGroup<Value extends string> {
  /** "": these stand in no group */
  name: string;
  ticks: readonly Tick<Value>[];
}

interface ChoiceGridProps<Value extends string> {
  label: string;
  groups: readonly ChoiceGroup<Value>[];
  onToggle: (value: Value) => void;
  fault: string | undefined;
  /** above the ticks, such as what chooses several at once */
  children?: ReactNode;
}

export function ChoiceGrid<Value extends string>(props: ChoiceGridProps<Value>) {
  const { label, groups, onToggle, fault, children } = props;
  return (
    <fieldset className="field">
      <legend className="label">{label}</legend>
      {children}
      <div className="grants">
        {groups.map(({ name, ticks }) => {
          const shown = ticks.map((tick) => <TickBox key={tick.value} tick={tick} onToggle={onToggle} />);
          if (!name) return shown;
          return (
            <div key={name} role="group" aria-label={name}>
              <span className="t3 xsmall">{name}</span>
              {shown}
            </div>
          );
        })}
      </div>
      <FaultLine fault={fault} />
    </fieldset>
  );
}

interface TickBoxProps<Value extends string> {
  tick: Tick<Value>;
  onToggle: (value: Value) => void;
}

function TickBox<Value extends string>({ tick, onToggle }: TickBoxProps<Value>) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={tick.isOn}
        disabled={tick.isFixed}
        onChange={() => onToggle(tick.value)}
      />
      <span>
        {tick.label}
        {tick.hint && <small className="t3 xsmall">{tick.hint}</small>}
      </span>
    </label>
  );
}
