import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

interface DialogProps {
  title: string;
  /** Escape, or a click beside it. */
  close: () => void;
  /** While its question is being acted upon, it stays. */
  busy?: boolean;
  className?: string;
  testId?: string;
  children: ReactNode;
}

/** Asks before everything else. The focus begins at what has data-focus, stays inside, and goes back afterwards. */
export function Dialog({ title, close, busy = false, className = "", testId, children }: DialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Left to itself, the browser takes the first control, which may be the one that is not to be pressed lightly.
    shown?.querySelector<HTMLElement>("[data-focus]")?.focus();
    return () => shown?.close();
  }, []);
  const leave = () => {
    if (!busy) close();
  };
  return (
    <dialog
      ref={dialog}
      className={`dialog panel ${className}`}
      aria-labelledby={id}
      data-testid={testId}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      onMouseDown={(event) => event.target === event.currentTarget && leave()}
    >
      <div className="dialog-body">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
