import type { ReactNode } from "react";

import { Icon } from "./icons";

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <b>{title}</b>
      {children && <p>{children}</p>}
    </div>
  );
}

export function ErrorState({ title, message, retry }: { title: string; message: string; retry: () => void }) {
  return (
    <div className="error-state" role="alert">
      <Icon name="alert" />
      <div>
        <b>{title}</b>
        <p>{message}</p>
      </div>
      <button type="button" className="button small" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

export function Skeleton({ lines }: { lines: number }) {
  return (
    <div className="skeleton" aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} style={{ width: `${92 - ((index * 37) % 45)}%` }} />
      ))}
    </div>
  );
}
