import { useState } from "react";

import { api } from "../api/client";
import type { Credential, Mode } from "../api/brokerTypes";
import { asked, go } from "../app/router";
import { AccountCard } from "../features/accounts/AccountCard";
import { CreateAccount } from "../features/accounts/CreateAccount";
import { toasts } from "../features/toasts/toasts";
import { useController } from "../state/context";
import { type AccountList, useAccounts } from "../state/useAccounts";
import { Act } from "../ui/Act";
import { Panel } from "../ui/Panel";
import { Empty, ErrorState, Skeleton } from "../ui/states";
import { useLoaded } from "../ui/useLoaded";

const NONE: Credential[] = [];

function wantedMode(): Mode | null {
  const mode = asked("new");
  return mode === "PAPER" || mode === "DEMO" || mode === "LIVE" ? mode : null;
}

function Cards({ list: { accounts, problem, reload } }: { list: AccountList }) {
  if (problem !== null && !accounts?.length) {
    return <ErrorState title="The accounts cannot be loaded" message={problem} retry={reload} />;
  }
  if (accounts === null) return <Skeleton lines={8} />;
  if (accounts.length === 0) {
    return <Empty title="No account yet">Open one on paper: it trades play money and needs no keys.</Empty>;
  }
  return (
    <>
      {problem !== null && (
        <p className="form-error" role="alert">
          Not up to date: {problem}
        </p>
      )}
      <ul className="account-cards">
        {accounts.map((account) => (
          <AccountCard key={account.id} account={account} reload={reload} />
        ))}
      </ul>
    </>
  );
}

/** Every account of the user: what it holds, how its broker is reached, and which one the dashboard shows. */
export function AccountsPage() {
  const controller = useController();
  const list = useAccounts();
  const credentials = useLoaded(api.credentials);
  const [mode, setMode] = useState(wantedMode);
  const [picked] = useState(() => asked("credential"));

  const close = () => {
    setMode(null);
    if (window.location.search) go("/accounts");
  };
  const created = (id: number) => {
    close();
    toasts.show({ tone: "good", title: "Account created", text: "It can be shown in the dashboard now." });
    if (controller.store.get().account === null) controller.select(id);
    else list.reload();
  };

  return (
    <div className="stack">
      <div className="page-head">
        <h1>Accounts</h1>
        {mode === null && (
          <Act>
            <button type="button" className="button primary" data-testid="new-account" onClick={() => setMode("PAPER")}>
              New account
            </button>
          </Act>
        )}
      </div>
      {mode !== null && (
        <Panel title="New account" className="narrow-panel">
          {credentials.problem !== null && (
            <p className="form-error" role="alert">
              The saved keys cannot be loaded: {credentials.problem}
            </p>
          )}
          {credentials.data === null && credentials.problem === null ? (
            <Skeleton lines={4} />
          ) : (
            <CreateAccount
              credentials={credentials.data ?? NONE}
              mode={mode}
              credential={picked}
              created={created}
              cancel={close}
            />
          )}
        </Panel>
      )}
      <Cards list={list} />
    </div>
  );
}
