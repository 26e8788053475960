import { useState } from "react";

import { api } from "../../api/client";
import type { Account } from "../../api/types";
import { useController } from "../../state/context";
import { Act } from "../../ui/Act";
import { Confirm } from "../../ui/Confirm";
import { useOnce } from "../../ui/useOnce";
import { toasts } from "../toasts/toasts";
import { connectionSaid } from "./words";

/** What a check found, for those who do not watch the figures. */
function found(account: Account): string {
  const differences = account.differences?.length ?? 0;
  return `${connectionSaid(account.connection).text}. Balance ${account.balance_formatted}. ${differences ? `Differences: ${differences}.` : ""}`;
}

export function AccountActions({ account, reload }: { account: Account; reload: () => void }) {
  const controller = useController();
  const { store } = controller;
  const [told, setTold] = useState("");
  const check = useOnce(async () => {
    setTold("");
    const fresh = await api.checkAccount(account.id);
    store.dispatch({ type: "account", account: fresh });
    setTold(found(fresh));
  });
  const toggle = useOnce(async () => {
    store.dispatch({ type: "account", account: await api.changeAccount(account.id, { is_enabled: !account.is_enabled }) });
  });
  const close = useOnce(async () => {
    await api.closeAccount(account.id);
    toasts.show({ tone: "good", title: "Account closed", text: `${account.name} trades no more. Its history stays.` });
    controller.accountClosed(account.id);
    reload();
  });
  const all = [check, toggle, close];
  const busy = all.some((item) => item.busy);
  const problem = all.find((item) => item.problem)?.problem;
  const start = (item: typeof check) => {
    for (const other of all) other.clear();
    item.run();
  };

  return (
    <>
      <Act>
        <div className="row-actions">
          {account.mode !== "PAPER" && (
            <button
              type="button"
              className="button small"
              aria-label={`Check ${account.name} now`}
              disabled={busy}
              data-testid="account-check"
              onClick={() => start(check)}
            >
              {check.busy ? "Checking…" : "Check now"}
            </button>
          )}
          <button
            type="button"
            className="button small"
            aria-label={`${account.is_enabled ? "Disable" : "Enable"} ${account.name}`}
            disabled={busy}
            data-testid="account-enable"
            onClick={() => start(toggle)}
          >
            {account.is_enabled ? "Disable" : "Enable"}
          </button>
          <Confirm
            ask="Close…"
            confirm="Stop all its sessions and close?"
            label={`Close the account ${account.name}`}
            busyText="Closing…"
            busy={busy}
            run={() => start(close)}
            testId="account-close"
          />
        </div>
      </Act>
      <p className="row-told" role="status" data-testid="account-told">
        {told}
      </p>
      {problem && (
        <p className="form-error" role="alert" data-testid="account-problem">
          {problem.message}
        </p>
      )}
    </>
  );
}
