import { type CSSProperties, useId } from "react";

import { FieldErrorText } from "../../ui/Field";
import type { Slider } from "./sliders";

interface SliderFieldProps {
  slider: Slider;
  /** As it was typed or moved to; "" while it is as the session has it. */
  value: string;
  errors: string[] | undefined;
  change: (value: string) => void;
}

/** A rule as a slider with its number: empty, it is as the session has it. */
export function SliderField({ slider, value, errors, change }: SliderFieldProps) {
  const id = useId();
  const { name, label, hint, unit, low, high, step, now } = slider;
  const moved = value.trim() !== "";
  const wrong = Boolean(errors?.length);
  const at = moved && Number.isFinite(Number(value)) ? Number(value) : (now ?? low);
  const share = Math.min(100, Math.max(0, ((at - low) / (high - low)) * 100)).toFixed(1);
  const was = now === null ? "none" : `${now}${unit === "%" ? "%" : ""}`;
  return (
    <div className={`slider-field ${moved ? "moved" : ""} ${wrong ? "wrong" : ""}`}>
      <div className="slider-head">
        <label htmlFor={id}>{label}</label>
        <small className="muted" id={`${id}-hint`}>
          was {was}
          <span className="visually-hidden">. {hint}</span>
        </small>
        {moved && (
          <button type="button" className="link" aria-label={`${label}: as it was`} data-testid={`slider-reset-${name}`} onClick={() => change("")}>
            Reset
          </button>
        )}
      </div>
      <div className="slider-inputs" title={hint}>
        <input
          type="range"
          aria-label={`${label}, slider`}
          min={low}
          max={high}
          step={step}
          value={at}
          style={{ "--share": `${share}%` } as CSSProperties}
          data-testid={`slider-${name}`}
          onChange={(event) => change(event.target.value)}
        />
        <input
          id={id}
          type="number"
          inputMode="decimal"
          step="any"
          value={value}
          placeholder={was}
          aria-invalid={wrong}
          aria-describedby={`${id}-hint${wrong ? ` ${id}-error` : ""}`}
          data-testid={`field-${name}`}
          onChange={(event) => change(event.target.value)}
        />
        <span className="muted slider-unit">{unit}</span>
      </div>
      <FieldErrorText id={`${id}-error`} errors={errors} />
    </div>
  );
}
