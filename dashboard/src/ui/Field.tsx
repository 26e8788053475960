import { useId } from "react";

export function FieldErrorText({ id, errors }: { id: string; errors: string[] | undefined }) {
  if (!errors?.length) return null;
  return (
    <span id={id} className="field-error" role="alert">
      {errors.join(" ")}
    </span>
  );
}

interface FieldProps {
  name: string;
  label: string;
  hint: string;
  value: string;
  step?: string;
  suffix?: string | undefined;
  type?: "number" | "text";
  placeholder?: string;
  errors: string[] | undefined;
  change: (value: string) => void;
}

export function Field({ name, label, hint, value, step, suffix, type = "number", placeholder, errors, change }: FieldProps) {
  const id = useId();
  const wrong = Boolean(errors?.length);
  return (
    <div className={`field-row ${wrong ? "wrong" : ""}`}>
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && <small id={`${id}-hint`}>{hint}</small>}
        <FieldErrorText id={`${id}-error`} errors={errors} />
      </div>
      <span className="field-input">
        {suffix && <span className="muted">{suffix}</span>}
        <input
          id={id}
          name={name}
          data-testid={`field-${name}`}
          type={type}
          inputMode={type === "number" ? "decimal" : undefined}
          step={step}
          value={value}
          placeholder={placeholder}
          autoComplete="off"
          aria-invalid={wrong}
          aria-describedby={`${id}-hint${wrong ? ` ${id}-error` : ""}`}
          onChange={(event) => change(event.target.value)}
        />
      </span>
    </div>
  );
}

interface SwitchRowProps {
  name: string;
  label: string;
  hint: string;
  checked: boolean;
  errors: string[] | undefined;
  change: (checked: boolean) => void;
}

export function SwitchRow({ name, label, hint, checked, errors, change }: SwitchRowProps) {
  const id = useId();
  return (
    <div className="field-row">
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && <small>{hint}</small>}
        <FieldErrorText id={`${id}-error`} errors={errors} />
      </div>
      <span className="field-input">
        <input
          id={id}
          name={name}
          data-testid={`field-${name}`}
          type="checkbox"
          role="switch"
          className="toggle"
          checked={checked}
          onChange={(event) => change(event.target.checked)}
        />
      </span>
    </div>
  );
}
