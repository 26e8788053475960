interface SelectProps {
  label: string;
  /** The text of the choice that means "any"; left out, there is none. */
  all?: string;
  value: string;
  options: { value: string; label: string }[];
  choose: (value: string) => void;
  testId?: string;
}

export function Select({ label, all, value, options, choose, testId }: SelectProps) {
  return (
    <select
      aria-label={label}
      className={all !== undefined && value !== "" ? "chosen" : undefined}
      value={value}
      data-testid={testId}
      onChange={(event) => choose(event.target.value)}
    >
      {all !== undefined && <option value="">{all}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
