import { Icon } from "../../ui/icons";

interface StarsProps {
  value: number | null;
  errors?: string[] | undefined;
  choose: (value: number | null) => void;
}

/** One to five, or none. */
export function Stars({ value, errors, choose }: StarsProps) {
  return (
    <fieldset className="stars" data-testid="stars" data-rating={value ?? 0}>
      <legend>Rating</legend>
      {[1, 2, 3, 4, 5].map((stars) => (
        <label key={stars} className={value !== null && stars <= value ? "lit" : ""} title={`${stars} of 5`}>
          <input type="radio" name="rating" value={stars} checked={value === stars} aria-label={`${stars} of 5`} onChange={() => choose(stars)} />
          <Icon name="star" />
        </label>
      ))}
      {value !== null && (
        <button type="button" className="button small ghost" onClick={() => choose(null)}>
          No rating
        </button>
      )}
      {errors && (
        <span className="field-error" role="alert">
          {errors.join(" ")}
        </span>
      )}
    </fieldset>
  );
}
