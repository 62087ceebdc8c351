/** Fields of a form: a label, the control, a hint, and what is wrong with it, tied together for screen readers. */
import { type ComponentProps, type ReactNode, useId } from "react";
import { Icon, type IconName } from "./icon.tsx";

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  /** what is wrong with the value */
  fault?: string | undefined;
  /** below the field, such as what somebody else has saved meanwhile */
  note?: ReactNode;
}

interface Ties {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string;
}

/** A labelled control; the ties belong on the control. */
function Field({ label, hint, fault, note, children }: FieldProps & { children: (ties: Ties) => ReactNode }) {
  const id = useId();
  const ties = { id, "aria-invalid": fault !== undefined, "aria-describedby": `${id}-hint ${id}-fault` };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(ties)}
      <FaultLine id={`${id}-fault`} fault={fault} />
      <div id={`${id}-hint`} className="hint">
        {hint}
      </div>
      {note}
    </div>
  );
}

/** What is wrong, said when it appears. */
export function FaultLine({ id, fault }: { id?: string; fault: string | undefined }) {
  return (
    <div id={id} role="alert" className="fault">
      {fault !== undefined && (
        <>
          <Icon name="warning" size={14} />
          <bdi>{fault}</bdi>
        </>
      )}
    </div>
  );
}

type InputProps = Pick<ComponentProps<"input">, "placeholder" | "inputMode" | "maxLength" | "min" | "max">;

interface TextFieldProps extends FieldProps, InputProps {
  value: string;
  onChange: (value: string) => void;
  icon?: IconName;
  isMono?: boolean;
  isFirst?: boolean;
  type?: "text" | "url" | "number" | "date" | "datetime-local";
}

export function TextField(props: TextFieldProps) {
  const { label, hint, fault, note, icon, isMono, isFirst, onChange, type = "text", ...input } = props;
  return (
    <Field label={label} hint={hint} fault={fault} note={note}>
      {(ties) => (
        <div className={fault === undefined ? "input" : "input wrong"}>
          {icon && <Icon name={icon} />}
          <input
            {...ties}
            {...input}
            type={type}
            dir={isMono ? "ltr" : "auto"}
            className={isMono ? "mono" : ""}
            autoComplete="off"
            spellCheck={false}
            autoFocus={isFirst}
            onChange={(event) => onChange(event.target.value)}
          />
        </div>
      )}
    </Field>
  );
}

interface SelectFieldProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  options: readonly (readonly [value: string, label: string])[];
}

export function SelectField({ value, onChange, options, ...field }: SelectFieldProps) {
  return (
    <Field {...field}>
      {(ties) => (
        <div className="select full">
          <select {...ties} value={value} onChange={(event) => onChange(event.target.value)}>
            {options.map(([one, label]) => (
              <option key={one} value={one}>
                {label}
              </option>
            ))}
          </select>
        </div>
      )}
    </Field>
  );
}

interface SwitchFieldProps {
  label: string;
  /** what it means in its present position */
  hint: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  fault?: string | undefined;
  note?: ReactNode;
}

export function SwitchField({ label, hint, isOn, onChange, fault, note }: SwitchFieldProps) {
  const id = useId();
  return (
    <div className="sw">
      <button
        type="button"
        role="switch"
        className={isOn ? "switch on" : "switch"}
        aria-checked={isOn}
        aria-labelledby={`${id}-name`}
        aria-describedby={`${id}-hint`}
        onClick={() => onChange(!isOn)}
      />
      <div>
        <b id={`${id}-name`}>{label}</b>
        <small id={`${id}-hint`}>{hint}</small>
        <FaultLine fault={fault} />
        {note}
      </div>
    </div>
  );
}

interface ChoiceFieldProps<Value extends string> {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly (readonly [value: Value, label: string, hint: string])[];
  fault?: string | undefined;
  note?: ReactNode;
}

/** One of a few, each explained. */
export function ChoiceField<Value extends string>({
  label,
  value,
  onChange,
  options,
  fault,
  note,
}: ChoiceFieldProps<Value>) {
  const name = useId();
  return (
    <fieldset className="choices">
      <legend className="label">{label}</legend>
      {options.map(([one, title, hint]) => (
        <label key={one} className={one === value ? "choice on" : "choice"}>
          <input
            type="radio"
            name={name}
            value={one}
            checked={one === value}
            onChange={() => onChange(one)}
          />
          <span>
            <b>{title}</b>
            <small>{hint}</small>
          </span>
        </label>
      ))}
      <FaultLine fault={fault} />
      {note}
    </fieldset>
  );
}
