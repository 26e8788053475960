import type { ReactNode } from "react";

import type { Account } from "../../api/types";
import { Dialog } from "../../ui/Dialog";

interface AskProps {
  title: string;
  account: Account | undefined;
  confirm: string;
  busyText: string;
  busy: boolean;
  danger?: boolean;
  run: () => void;
  close: () => void;
  children: ReactNode;
}

/** What is about to be done to a trade, to be confirmed; with real money, that is said, too. */
export function AskTrade({ title, account, confirm, busyText, busy, danger = false, run, close, children }: AskProps) {
  const real = account?.mode === "LIVE";
  return (
    <Dialog title={title} close={close} busy={busy} testId="trade-ask">
      {children}
      {real && (
        <p className="form-error" data-testid="ask-real">
          Real money: {account.name} at {account.broker_name ?? account.broker}.
        </p>
      )}
      <div className="form-foot">
        <button
          type="button"
          autoFocus
          className={`button ${danger || real ? "danger" : "primary"}`}
          disabled={busy}
          data-testid="trade-confirm"
          onClick={run}
        >
          {busy ? busyText : confirm}
        </button>
        <button type="button" className="button ghost" disabled={busy} onClick={close}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
