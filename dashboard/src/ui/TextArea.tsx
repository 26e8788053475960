import { type ReactNode, useId } from "react";

import { FieldErrorText } from "./Field";

interface TextAreaProps {
  name: string;
  label: string;
  hint?: ReactNode;
  value: string;
  rows?: number;
  maxLength?: number;
  placeholder?: string;
  errors?: string[] | undefined;
  change: (value: string) => void;
}

/** Labeled lines of text: hint below, the server's objection below that. */
export function TextArea({ name, label, hint, value, rows = 4, maxLength, placeholder, errors, change }: TextAreaProps) {
  const id = useId();
  const wrong = Boolean(errors?.length);
  return (
    <div className={`field ${wrong ? "wrong" : ""}`}>
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        name={name}
        rows={rows}
        value={value}
        maxLength={maxLength}
        placeholder={placeholder}
        data-testid={`field-${name}`}
        aria-invalid={wrong}
        aria-describedby={`${id}-hint${wrong ? ` ${id}-error` : ""}`}
        onChange={(event) => change(event.target.value)}
      />
      <small id={`${id}-hint`}>{hint}</small>
      <FieldErrorText id={`${id}-error`} errors={errors} />
    </div>
  );
}
