import { useEffect } from "react";

import type { Toast } from "../state/model";

const SHOWN_MS = 6000;

function Line({ toast, dismiss }: { toast: Toast; dismiss: (id: number) => void }) {
  useEffect(() => {
    const timer = window.setTimeout(() => dismiss(toast.id), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [toast.id, dismiss]);
  return (
    <button type="button" className={`toast ${toast.tone}`} data-testid="toast" onClick={() => dismiss(toast.id)}>
      {toast.text}
    </button>
  );
}

export function Toasts({ toasts, dismiss }: { toasts: Toast[]; dismiss: (id: number) => void }) {
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map((toast) => <Line key={toast.id} toast={toast} dismiss={dismiss} />)}
    </div>
  );
}
