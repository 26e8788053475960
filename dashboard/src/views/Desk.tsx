import { useCallback, useEffect, useState } from "react";

import { api } from "../api/client";
import type { Account, Me } from "../api/types";
import { Problem } from "../parts/Problem";
import { Toasts } from "../parts/Toasts";
import { useDashboard } from "../state/useDashboard";
import { EquityCurve } from "./EquityCurve";
import { Header } from "./Header";
import { History } from "./History";
import { Positions } from "./Positions";
import { PriceChart } from "./PriceChart";
import { Sessions } from "./Sessions";
import { Settings } from "./Settings";
import { SignalFeed } from "./SignalFeed";
import { Welcome } from "./Welcome";

const TABS = ["Trade", "Signals", "History", "Settings"] as const;
type Tab = (typeof TABS)[number];

/** The whole desk: side by side on a wide screen, one tab at a time on a phone. */
export function Desk({ me, signedOut }: { me: Me; signedOut: () => void }) {
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const [accounts, setAccounts] = useState<Account[]>([]);
  const [tab, setTab] = useState<Tab>("Trade");
  const { state, connection, problem, dispatch, reload } = useDashboard(chosen, signedOut);
  const dismiss = useCallback((id: number) => dispatch({ type: "dismiss", id }), [dispatch]);
  const say = useCallback(
    (text: string, tone: "good" | "bad" = "bad") => dispatch({ type: "toast", toast: { id: -Date.now(), tone, text } }),
    [dispatch],
  );

  useEffect(() => {
    api.accounts().then((page) => setAccounts(page.results), () => undefined);
  }, [chosen]);

  if (problem) return <Problem message={problem} retry={reload} />;
  if (!state.loaded) return <div className="splash" aria-busy="true">Loading …</div>;
  if (state.account === null) return <Welcome opened={reload} />;
  return (
    <div className="desk" data-tab={tab}>
      <Header
        me={me}
        state={state}
        account={state.account}
        accounts={accounts}
        choose={setChosen}
        connection={connection}
        signedOut={signedOut}
        say={say}
      />
      <nav className="tabs" aria-label="Sections">
        {TABS.map((name) => (
          <button key={name} type="button" aria-pressed={tab === name} onClick={() => setTab(name)}>{name}</button>
        ))}
      </nav>
      <main className="grid">
        <div className="column wide" data-section="Trade">
          <PriceChart state={state} />
          <Positions state={state} say={say} />
        </div>
        <div className="column" data-section="Signals">
          <SignalFeed signals={state.signals} account={state.account} />
        </div>
        <div className="column wide" data-section="History">
          <EquityCurve points={state.equity} currency={state.account.currency} />
          <History account={state.account} closed={state.closed} />
        </div>
        <div className="column" data-section="Settings">
          <Sessions sessions={state.sessions} />
          <Settings key={state.account.id} account={state.account} say={say} done={reload} />
        </div>
      </main>
      <Toasts toasts={state.toasts} dismiss={dismiss} />
    </div>
  );
}
