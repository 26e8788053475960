import { useSyncExternalStore } from "react";

import { Icon } from "../../ui/icons";
import { toasts } from "./toasts";

export function Toasts() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get);
  return (
    <div className="toasts" role="log" aria-live="polite" aria-label="Notifications">
      {shown.map((toast) => (
        <div key={toast.id} className={`toast ${toast.tone}`} data-testid="toast" data-tone={toast.tone}>
          <div>
            <b>{toast.title}</b>
            <p>{toast.text}</p>
          </div>
          <button type="button" className="button ghost icon-text" aria-label="Dismiss" onClick={() => toasts.dismiss(toast.id)}>
            <Icon name="cross" />
          </button>
        </div>
      ))}
    </div>
  );
}
