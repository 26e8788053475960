import { type InputHTMLAttributes, type ReactNode, useId } from "react";

import { FieldErrorText } from "./Field";

interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  name: string;
  label: string;
  hint?: ReactNode;
  errors?: string[] | undefined;
  /** Masked, and kept out of the browser's memory of forms and passwords. */
  secret?: boolean;
  /** For text whose line breaks matter: a password input would drop them. */
  lines?: boolean;
}

const GUARDED = { "data-1p-ignore": "", "data-lpignore": "true", "data-bwignore": "" } as const;

/** A labeled line of text: hint below, the server's objection below that. */
export function TextField({ name, label, hint, errors, secret = false, lines = false, ...input }: TextFieldProps) {
  const id = useId();
  const wrong = Boolean(errors?.length);
  const described = [hint ? `${id}-hint` : "", wrong ? `${id}-error` : ""].filter(Boolean).join(" ");
  const shared = {
    id,
    name,
    "data-testid": `field-${name}`,
    autoComplete: "off",
    autoCapitalize: "none",
    autoCorrect: "off",
    spellCheck: false,
    required: input.required,
    "aria-invalid": input["aria-invalid"] ?? wrong,
    "aria-describedby": described || undefined,
    ...(secret ? GUARDED : {}),
  };
  return (
    <div className={`field ${wrong ? "wrong" : ""}`}>
      <label htmlFor={id}>
        {label}
        {!input.required && <small> optional</small>}
      </label>
      {lines ? (
        <textarea rows={4} className={secret ? "masked" : ""} {...shared} />
      ) : (
        <input type={secret ? "password" : "text"} {...input} {...shared} />
      )}
      {hint && <small id={`${id}-hint`}>{hint}</small>}
      <FieldErrorText id={`${id}-error`} errors={errors} />
    </div>
  );
}
