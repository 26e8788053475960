import type { Account } from "../../api/types";
import { useController, useDash } from "../../state/context";
import { ModeBadge } from "../../ui/ModeBadge";
import { AccountActions } from "./AccountActions";
import { AccountSessions } from "./AccountSessions";
import { ConnectionFacts } from "./ConnectionFacts";
import { LiveTrading } from "./LiveTrading";

function Shown({ account }: { account: Account }) {
  const controller = useController();
  const shown = useDash((state) => state.account?.id === account.id);
  if (shown) return <span className="badge info">Shown in the dashboard</span>;
  return (
    <button
      type="button"
      className="button small"
      data-testid="account-show"
      aria-label={`Show ${account.name} in the dashboard`}
      onClick={() => controller.select(account.id)}
    >
      Show
    </button>
  );
}

function Figures({ account }: { account: Account }) {
  return (
    <dl className="account-figures">
      <div>
        <dt>Balance</dt>
        <dd data-testid="card-balance">{account.balance_formatted}</dd>
      </div>
      <div>
        <dt>Equity</dt>
        <dd data-testid="card-equity">{account.equity_formatted}</dd>
      </div>
      <div>
        <dt>Open trades</dt>
        <dd>{account.open_trades}</dd>
      </div>
      <div>
        <dt>Auto-trading</dt>
        <dd>{account.auto_trading_enabled ? "On" : "Off"}</dd>
      </div>
    </dl>
  );
}

export function AccountCard({ account, reload }: { account: Account; reload: () => void }) {
  const { mode, name, is_enabled, live_trading_enabled } = account;
  const armed = live_trading_enabled ? "armed" : "";
  return (
    <li
      className={`account-card panel ${mode} ${armed}`}
      aria-label={`${name}, ${mode}`}
      data-testid="account-card"
      data-account={account.id}
      data-mode={mode}
    >
      <header className="account-head">
        <ModeBadge mode={mode} testId="card-mode" />
        <div className="account-title">
          <h3 className="clip">{name}</h3>
          <p className="muted clip">{account.broker_name ?? account.broker}</p>
        </div>
        {!is_enabled && <span className="badge down">Disabled</span>}
        <Shown account={account} />
      </header>
      {mode === "LIVE" && <LiveTrading account={account} />}
      <Figures account={account} />
      {mode !== "PAPER" && <ConnectionFacts account={account} />}
      <AccountSessions account={account} />
      <footer className="account-foot">
        <AccountActions account={account} reload={reload} />
      </footer>
    </li>
  );
}
