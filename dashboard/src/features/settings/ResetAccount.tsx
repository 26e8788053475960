import { useState } from "react";

import { api } from "../../api/client";
import type { Account } from "../../api/types";
import { useController, useDash } from "../../state/context";
import { Act } from "../../ui/Act";
import { Field } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { useOnce } from "../../ui/useOnce";
import { toasts } from "../toasts/toasts";

function confirmation(openTrades: number): string {
  if (openTrades === 0) return "Yes, start over";
  return `Yes, close ${openTrades} ${openTrades === 1 ? "trade" : "trades"} and start over`;
}

/** Starting a paper account over, in two steps: what it does is said, a new balance may be set, then it is confirmed. */
export function ResetAccount({ account }: { account: Account }) {
  const controller = useController();
  const openTrades = useDash((state) => state.open.length);
  const [shown, setShown] = useState(false);
  const [balance, setBalance] = useState("");
  const reset = useOnce(async (key) => {
    await api.reset(account.id, balance.trim() ? { initial_balance: balance.trim() } : {}, key);
    hide();
    toasts.show({ tone: "good", title: "The account starts over", text: `${account.name} was reset.` });
    controller.reload();
  });

  function hide() {
    setShown(false);
    setBalance("");
    reset.clear();
  }

  return (
    <Panel title="Start over" className="danger-zone">
      <div className="reset">
        <p>
          All open trades are closed at the market, the balance is set anew and the statistics start from zero. Past trades
          stay in the history. This cannot be undone.
        </p>
        {!shown ? (
          <Act>
            <button type="button" className="button danger-outline" data-testid="reset-account" onClick={() => setShown(true)}>
              Reset account…
            </button>
          </Act>
        ) : (
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              reset.run();
            }}
          >
            <Field
              name="initial_balance"
              label="New initial balance"
              hint={`Left empty, it stays ${account.initial_balance_formatted}.`}
              step="any"
              value={balance}
              placeholder={account.initial_balance}
              suffix={account.currency}
              errors={reset.problem?.fields["initial_balance"]}
              change={setBalance}
            />
            {reset.problem && !reset.problem.fields["initial_balance"] && (
              <p className="form-error" role="alert">
                {reset.problem.message}
              </p>
            )}
            <div className="form-foot">
              <button type="submit" className="button danger" data-testid="reset-confirm" disabled={reset.busy}>
                {reset.busy ? "Resetting…" : confirmation(openTrades)}
              </button>
              <button type="button" className="button ghost" disabled={reset.busy} onClick={hide}>
                Cancel
              </button>
            </div>
          </form>
        )}
      </div>
    </Panel>
  );
}
