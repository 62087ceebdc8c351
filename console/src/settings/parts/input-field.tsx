/** A labelled field of one line, with its hint and its fault. */
import { type ComponentProps, type ReactNode, useId } from "react";
import { Icon } from "../../ui/icon.tsx";

interface InputFieldProps extends ComponentProps<"input"> {
  label: ReactNode;
  hint?: ReactNode;
  fault?: string | undefined;
}

export function InputField({ label, hint, fault, ...input }: InputFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className={fault ? "input wrong" : "input"}>
        <input
          id={id}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={Boolean(fault)}
          aria-describedby={`${id}-hint ${id}-fault`}
          {...input}
        />
      </div>
      {hint && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      <span className="fault" id={`${id}-fault`} role="alert">
        {fault && (
          <>
            <Icon name="warning" size={14} />
            {fault}
          </>
        )}
      </span>
    </div>
  );
}

/** A choice of yes or no with what it means; read as a switch. */
export function SwitchField({
  label,
  hint,
  isOn,
  onChange,
}: {
  label: string;
  hint: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="sw">
      <button
        type="button"
        role="switch"
        aria-checked={isOn}
        aria-labelledby={id}
        aria-describedby={`${id}-hint`}
        className={isOn ? "switch on" : "switch"}
        onClick={() => onChange(!isOn)}
      />
      <div>
        <b id={id}>{label}</b>
        <small id={`${id}-hint`}>{hint}</small>
      </div>
    </div>
  );
}
