import { useEffect, useState } from "react";

import { api } from "../api/client";
import type { Account, Me } from "../api/types";
import type { Connection } from "../live/socket";
import { tone } from "../parts/Direction";
import { ThemeToggle } from "../parts/ThemeToggle";
import { liveEquity } from "../state/derived";
import { money } from "../state/format";
import type { State } from "../state/model";

interface Props {
  me: Me;
  state: State;
  account: Account;
  accounts: Account[];
  choose: (id: number) => void;
  connection: Connection;
  signedOut: () => void;
  say: (text: string, tone?: "good" | "bad") => void;
}

function ConnectionState({ connection, number }: { connection: Connection; number: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (connection.state !== "waiting") return undefined;
    const timer = window.setInterval(() => setNow(Date.now()), 250);
    return () => window.clearInterval(timer);
  }, [connection]);
  const text =
    connection.state === "live" ? "Live"
    : connection.state === "waiting" ? `Reconnecting in ${Math.max(0, Math.ceil((connection.retryAt - now) / 1000))} s`
    : "Connecting …";
  return (
    <span className={`connection ${connection.state}`} data-testid="connection-state" title={`Event ${number}`} role="status">
      {text}
    </span>
  );
}

function Figure({ label, value, className, testId }: { label: string; value: string; className?: string; testId?: string }) {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd className={className} data-testid={testId}>{value}</dd>
    </div>
  );
}

function AutoTrading({ account, say }: Pick<Props, "account" | "say">) {
  const [busy, setBusy] = useState(false);
  const toggle = () => {
    setBusy(true);
    api
      .settings(account.id, { auto_trading_enabled: !account.auto_trading_enabled })
      .catch((error: Error) => say(error.message))
      .finally(() => setBusy(false));
  };
  return (
    <button
      type="button"
      role="switch"
      className="switch"
      aria-checked={account.auto_trading_enabled}
      disabled={busy}
      onClick={toggle}
      data-testid="auto-trading-switch"
    >
      <span aria-hidden="true" /> Auto-trading {account.auto_trading_enabled ? "on" : "off"}
    </button>
  );
}

export function Header({ me, state, account, accounts, choose, connection, signedOut, say }: Props) {
  const equity = liveEquity(state) ?? Number(account.equity);
  const pnl = equity - Number(account.initial_balance);
  const share = Number(account.initial_balance) ? (pnl / Number(account.initial_balance)) * 100 : 0;
  return (
    <header className="top">
      <div className="brand">
        <strong>Signalist</strong>
        <span className={`mode ${account.mode}`}>{account.mode}</span>
        {accounts.length > 1 ? (
          <select aria-label="Account" value={account.id} onChange={(event) => choose(Number(event.target.value))}>
            {accounts.map((item) => <option key={item.id} value={item.id}>{item.name}</option>)}
          </select>
        ) : (
          <span className="muted">{account.name}</span>
        )}
      </div>
      <dl className="figures">
        <Figure label="Balance" value={account.balance_formatted} testId="account-balance" />
        <Figure label="Equity" value={money(equity, account.currency)} testId="account-equity" />
        <Figure
          label="P&L"
          value={`${money(pnl, account.currency, true)} (${share >= 0 ? "+" : ""}${share.toFixed(2)} %)`}
          className={tone(pnl)}
          testId="account-pnl"
        />
        <Figure label="Win rate" value={`${account.win_rate_percent.toFixed(1)} % of ${account.total_trades}`} />
        <Figure label="Open" value={`${state.open.length} of ${account.max_open_trades}`} />
        <Figure label="Free" value={account.free_balance_formatted} />
      </dl>
      <div className="controls">
        <AutoTrading account={account} say={say} />
        <ConnectionState connection={connection} number={state.number} />
        <ThemeToggle />
        <button
          type="button"
          className="quiet"
          title={`Signed in as ${me.username}`}
          onClick={() => void api.logout().finally(signedOut)}
        >
          Sign out
        </button>
      </div>
    </header>
  );
}
