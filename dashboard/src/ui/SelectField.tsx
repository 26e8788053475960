import { type ReactNode, useId } from "react";

import { FieldErrorText } from "./Field";

interface SelectFieldProps {
  name: string;
  label: string;
  hint?: ReactNode;
  value: string;
  options: { value: string; label: string }[];
  errors?: string[] | undefined;
  choose: (value: string) => void;
}

/** A labeled choice among many: hint below, the server's objection below that. */
export function SelectField({ name, label, hint, value, options, errors, choose }: SelectFieldProps) {
  const id = useId();
  const wrong = Boolean(errors?.length);
  return (
    <div className={`field ${wrong ? "wrong" : ""}`}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        name={name}
        value={value}
        data-testid={`field-${name}`}
        aria-invalid={wrong}
        aria-describedby={`${id}-hint${wrong ? ` ${id}-error` : ""}`}
        onChange={(event) => choose(event.target.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <small id={`${id}-hint`}>{hint}</small>
      <FieldErrorText id={`${id}-error`} errors={errors} />
    </div>
  );
}
