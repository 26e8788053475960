interface PagerProps {
  count: number;
  offset: number;
  length: number;
  /** What the buttons say, for lists that do not begin with the latest. */
  words?: readonly [string, string];
  go: (offset: number) => void;
}

export function Pager({ count, offset, length, words = ["Newer", "Older"], go }: PagerProps) {
  if (count <= length && offset === 0) return null;
  const last = Math.min(offset + length, count);
  return (
    <nav className="panel-foot pager" aria-label="Pagination">
      <span className="muted" aria-live="polite">
        {Math.min(offset + 1, count)}–{last} of {count}
      </span>
      <button
        type="button"
        className="button small"
        disabled={offset === 0}
        data-testid="pager-newer"
        onClick={() => go(Math.max(0, offset - length))}
      >
        {words[0]}
      </button>
      <button
        type="button"
        className="button small"
        disabled={last >= count}
        data-testid="pager-older"
        onClick={() => go(offset + length)}
      >
        {words[1]}
      </button>
    </nav>
  );
}
