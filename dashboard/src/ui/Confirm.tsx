import { useEffect, useRef, useState } from "react";

interface ConfirmProps {
  /** What the first button says, and what the second confirms. */
  ask: string;
  confirm: string;
  /** Both in full, for those who do not see what stands beside. */
  label: string;
  busyText: string;
  busy: boolean;
  run: () => void;
  testId?: string;
}

/** A button that asks back in its own place before it does something that cannot be taken back. */
export function Confirm({ ask, confirm, label, busyText, busy, run, testId }: ConfirmProps) {
  const [asked, setAsked] = useState(false);
  const first = useRef<HTMLButtonElement>(null);
  const second = useRef<HTMLButtonElement>(null);
  const was = useRef(false);
  useEffect(() => {
    if (asked) second.current?.focus();
    else if (was.current) first.current?.focus();
    was.current = asked;
  }, [asked]);

  if (!asked) {
    return (
      <button
        ref={first}
        type="button"
        className="button small ghost"
        aria-label={label}
        disabled={busy}
        data-testid={testId}
        onClick={() => setAsked(true)}
      >
        {busy ? busyText : ask}
      </button>
    );
  }
  return (
    <span className="confirm" onKeyDown={(event) => event.key === "Escape" && setAsked(false)}>
      <button
        ref={second}
        type="button"
        className="button small danger"
        aria-label={`Confirm: ${label}`}
        data-testid={testId && `${testId}-confirm`}
        onClick={() => {
          setAsked(false);
          run();
        }}
      >
        {confirm}
      </button>
      <button type="button" className="button small ghost" onClick={() => setAsked(false)}>
        Keep
      </button>
    </span>
  );
}
