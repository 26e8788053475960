import type { ReactNode } from "react";

import type { Account } from "../../api/types";
import { Link } from "../../app/router";
import { useController, useDash } from "../../state/context";
import { ModeBadge } from "../../ui/ModeBadge";
import { performanceAt } from "../performance/scope";
import { AutoTradingSwitch } from "./AutoTradingSwitch";
import { liveFigures } from "./figures";

interface FigureProps {
  label: string;
  value: string;
  note?: ReactNode;
  tone?: string;
  testId?: string;
  className?: string;
}

function Figure({ label, value, note, tone = "", testId, className = "" }: FigureProps) {
  return (
    <div className={`figure ${className}`}>
      <dt>{label}</dt>
      <dd>
        <span className={`value ${tone}`} data-testid={testId}>
          {value}
        </span>
        {note && <small className={tone}>{note}</small>}
      </dd>
    </div>
  );
}

function AccountChoice({ account }: { account: Account }) {
  const controller = useController();
  const accounts = useDash((state) => state.accounts);
  return (
    <div className="account-choice">
      <ModeBadge mode={account.mode} testId="account-mode" />
      {accounts.length > 1 ? (
        <select
          aria-label="Account"
          data-testid="account-select"
          value={account.id}
          onChange={(event) => controller.select(Number(event.target.value))}
        >
          {accounts.map((item) => (
            <option key={item.id} value={item.id}>
              {item.name} · {item.mode}
            </option>
          ))}
        </select>
      ) : (
        <b>{account.name}</b>
      )}
      {!account.is_enabled && <span className="badge down">Disabled</span>}
    </div>
  );
}

export function AccountBar({ account }: { account: Account }) {
  const open = useDash((state) => state.open);
  const quotes = useDash((state) => state.quotes);
  const live = liveFigures(account, open, quotes);
  return (
    <section className="accountbar" aria-label="Account">
      <AccountChoice account={account} />
      <dl className="figures">
        <Figure label="Equity" value={live.equity} testId="account-equity" className="lead" />
        <Figure label="Balance" value={account.balance_formatted} testId="account-balance" />
        <Figure label="Open P&L" value={live.openPnl} tone={live.openTone} testId="account-open-pnl" />
        <Figure label="Total P&L" value={live.totalPnl} note={live.totalPercent} tone={live.totalTone} testId="account-pnl" />
        <Figure
          label="Win rate"
          value={account.total_trades ? `${account.win_rate_percent.toFixed(1)}%` : "–"}
          note={`${account.winning_trades} W · ${account.losing_trades} L`}
          testId="account-win-rate"
        />
        <Figure label="Open trades" value={`${open.length}`} note={`of ${account.max_open_trades}`} testId="account-open-trades" />
        <Figure label="Free" value={account.free_balance_formatted} testId="account-free" />
        <Figure label="Fees" value={account.fees_paid_formatted} testId="account-fees" />
      </dl>
      <Link to={performanceAt({ account: account.id })} className="button small to-performance" label={`Performance of ${account.name}`} testId="account-performance">
        Performance
      </Link>
      <AutoTradingSwitch account={account} />
    </section>
  );
}
