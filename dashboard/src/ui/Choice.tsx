import { type ReactNode, useId } from "react";

export interface Option<T extends string> {
  value: T;
  label: ReactNode;
  note?: string;
  disabled?: boolean;
}

interface ChoiceProps<T extends string> {
  name: string;
  legend: string;
  value: T;
  options: Option<T>[];
  errors?: string[] | undefined;
  choose: (value: T) => void;
}

/** One of a few, all in sight: radio buttons drawn as tiles. */
export function Choice<T extends string>({ name, legend, value, options, errors, choose }: ChoiceProps<T>) {
  const id = useId();
  const wrong = Boolean(errors?.length);
  return (
    <fieldset className="choice" aria-describedby={wrong ? `${id}-error` : undefined}>
      <legend>{legend}</legend>
      <div className="tiles">
        {options.map((option) => (
          <label key={option.value} className="tile" data-testid={`${name}-${option.value}`}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={value === option.value}
              disabled={option.disabled}
              onChange={() => choose(option.value)}
            />
            <span>
              <b>{option.label}</b>
              {option.note && <small>{option.note}</small>}
            </span>
          </label>
        ))}
      </div>
      {wrong && (
        <span id={`${id}-error`} className="field-error" role="alert">
          {errors?.join(" ")}
        </span>
      )}
    </fieldset>
  );
}
