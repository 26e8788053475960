import type { ApiError } from "../../api/http";
import type { Session } from "../../api/sessionTypes";
import type { Account } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { ACTION_WORDS } from "./actions";

export interface AskProps {
  session: Session;
  account: Account;
  problem: ApiError | null;
  busy: boolean;
  close: () => void;
}

/** Before a session begins to spend real money. */
export function StartReal({ session, account, problem, busy, close, action, send }: AskProps & { action: "start" | "resume"; send: () => void }) {
  const { text, busy: busyText } = ACTION_WORDS[action];
  return (
    <Dialog title={`${text} ${session.name} with real money`} close={close} busy={busy} testId="start-dialog">
      <p>
        <b>REAL MONEY.</b> The session will place orders at {account.broker_name ?? account.broker} for {account.name}, by
        itself, until it is stopped. Losses are real.
      </p>
      {problem && (
        <p className="form-error" role="alert">
          {problem.message}
        </p>
      )}
      <div className="form-foot">
        <button type="button" className="button danger" disabled={busy} data-testid="start-confirm" onClick={send}>
          {busy ? busyText : `${text} with real money`}
        </button>
        <button type="button" className="button ghost" data-focus disabled={busy} onClick={close}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
