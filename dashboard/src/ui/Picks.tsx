import { useId } from "react";

import { FieldErrorText } from "./Field";

interface PicksProps<T extends string | number> {
  name: string;
  legend: string;
  hint?: string;
  options: { value: T; label: string }[];
  chosen: T[];
  errors?: string[] | undefined;
  choose: (chosen: T[]) => void;
}

/** Any of a few: checkboxes drawn as chips, in the order of the options. */
export function Picks<T extends string | number>({ name, legend, hint, options, chosen, errors, choose }: PicksProps<T>) {
  const id = useId();
  const wrong = Boolean(errors?.length);
  const toggle = (value: T) => {
    const next = new Set(chosen);
    if (!next.delete(value)) next.add(value);
    choose(options.map((option) => option.value).filter((item) => next.has(item)));
  };
  return (
    <fieldset className="picks" aria-describedby={`${id}-hint${wrong ? ` ${id}-error` : ""}`} data-testid={`picks-${name}`}>
      <legend>{legend}</legend>
      <div className="chips-row">
        {options.map(({ value, label }) => (
          <label key={value} className="pick">
            <input type="checkbox" name={name} value={value} checked={chosen.includes(value)} aria-invalid={wrong} onChange={() => toggle(value)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
      <small id={`${id}-hint`}>{hint}</small>
      <FieldErrorText id={`${id}-error`} errors={errors} />
    </fieldset>
  );
}
