import { useId } from "react";

import type { FieldErrors } from "../../../api/http";
import { FieldErrorText } from "../../../ui/Field";
import { errorsOfRow, errorsOfSpace } from "./errors";
import { countOf, pathLabel, rowFor, type Searchable, type SpaceRow } from "./space";

interface RowProps {
  row: SpaceRow;
  number: number;
  settings: Searchable[];
  taken: string[];
  errors: string[] | undefined;
  change: (row: SpaceRow) => void;
  remove: () => void;
}

function SettingSelect({ row, settings, taken, change, label }: Omit<RowProps, "remove" | "errors" | "number"> & { label: string }) {
  const groups = [...new Set(settings.map((item) => item.group))];
  const known = settings.some((item) => item.path === row.path);
  const choose = (path: string) => {
    const found = settings.find((item) => item.path === path);
    if (found !== undefined) change(rowFor(found));
  };
  return (
    <select aria-label={label} value={row.path} data-testid="space-path" onChange={(event) => choose(event.target.value)}>
      {row.path === "" && <option value="">Choose a setting…</option>}
      {!known && row.path !== "" && <option value={row.path}>{pathLabel(row.path)}</option>}
      {groups.map((group) => (
        <optgroup key={group} label={group}>
          {settings
            .filter((item) => item.group === group)
            .map((item) => (
              <option key={item.path} value={item.path} disabled={taken.includes(item.path)}>
                {item.label}
              </option>
            ))}
        </optgroup>
      ))}
    </select>
  );
}

function Row({ row, number, settings, taken, errors, change, remove }: RowProps) {
  const id = useId();
  const count = row.path === "" ? null : countOf(row);
  const wrong = Boolean(errors?.length);
  const input = (name: "low" | "high" | "step" | "values", label: string) => (
    <label className={name === "values" ? "space-values" : ""}>
      <small>{label}</small>
      <input
        type="text"
        inputMode={name === "values" ? "text" : "decimal"}
        value={row[name]}
        aria-label={`Setting ${number}: ${label}`}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-error` : undefined}
        autoComplete="off"
        data-testid={`space-${name}`}
        onChange={(event) => change({ ...row, [name]: event.target.value })}
      />
    </label>
  );
  return (
    <div className="space-row" role="group" aria-label={`Setting ${number}`} data-testid="space-row">
      <div className="space-head">
        <SettingSelect row={row} settings={settings} taken={taken} change={change} label={`Setting ${number}`} />
        <select
          aria-label={`Setting ${number}: range or values`}
          value={row.kind}
          data-testid="space-kind"
          onChange={(event) => change({ ...row, kind: event.target.value as SpaceRow["kind"] })}
        >
          <option value="range">Range</option>
          <option value="values">Values</option>
        </select>
        <span className="muted space-count">{count === null ? "" : `${count} ${count === 1 ? "value" : "values"}`}</span>
        <button type="button" className="button small ghost" aria-label={`Remove setting ${number}`} onClick={remove}>
          Remove
        </button>
      </div>
      <div className="space-inputs">
        {row.kind === "range" ? (
          <>
            {input("low", "Low")}
            {input("high", "High")}
            {input("step", "Step")}
          </>
        ) : (
          input("values", "Values, with commas between")
        )}
      </div>
      <FieldErrorText id={`${id}-error`} errors={errors} />
    </div>
  );
}

interface SpaceRowsProps {
  rows: SpaceRow[];
  settings: Searchable[];
  errors: FieldErrors;
  set: (rows: SpaceRow[]) => void;
}

/** The settings that are searched, each with its range or its values. */
export function SpaceRows({ rows, settings, errors, set }: SpaceRowsProps) {
  const paths = rows.map((row) => row.path);
  const free = settings.find((item) => !paths.includes(item.path));
  return (
    <fieldset className="sub-part space">
      <legend>Settings that are searched</legend>
      <FieldErrorText id="space-error" errors={errorsOfSpace(errors, paths)} />
      {rows.length === 0 && <small className="muted">None yet: add at least one.</small>}
      {rows.map((row, index) => (
        <Row
          key={index}
          row={row}
          number={index + 1}
          settings={settings}
          taken={paths.filter((path) => path !== row.path)}
          errors={errorsOfRow(errors, row.path)}
          change={(next) => set(rows.map((other, at) => (at === index ? next : other)))}
          remove={() => set(rows.filter((_, at) => at !== index))}
        />
      ))}
      <button type="button" className="button small" disabled={free === undefined} data-testid="space-add" onClick={() => free && set([...rows, rowFor(free)])}>
        Add a setting
      </button>
    </fieldset>
  );
}
