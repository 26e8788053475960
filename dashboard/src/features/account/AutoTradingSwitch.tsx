import { useState } from "react";

import { api } from "../../api/client";
import { messageOf } from "../../api/http";
import type { Account } from "../../api/types";
import { useController } from "../../state/context";
import { Act } from "../../ui/Act";
import { toasts } from "../toasts/toasts";

/** Moves when the server says so, never before. */
export function AutoTradingSwitch({ account }: { account: Account }) {
  const { store } = useController();
  const [busy, setBusy] = useState(false);
  const on = account.auto_trading_enabled;

  function toggle() {
    if (busy) return;
    setBusy(true);
    api
      .changeAccount(account.id, { auto_trading_enabled: !on })
      .then(
        (changed) => store.dispatch({ type: "account", account: changed }),
        (error: unknown) =>
          toasts.show({ tone: "bad", title: `Auto-trading is still ${on ? "on" : "off"}`, text: messageOf(error) }),
      )
      .finally(() => setBusy(false));
  }

  return (
    <Act>
      <button
        type="button"
        role="switch"
        className="switch"
        data-testid="auto-trading-switch"
        aria-checked={on}
        aria-busy={busy}
        disabled={busy}
        onClick={toggle}
      >
        <span className="switch-text">
          Auto-trading <b>{on ? "on" : "off"}</b>
        </span>
        <span className="track" aria-hidden="true" />
      </button>
    </Act>
  );
}
