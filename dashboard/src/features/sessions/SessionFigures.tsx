import type { SessionDetail } from "../../api/sessionTypes";
import { toneOf } from "../../lib/pnl";

interface FigureProps {
  label: string;
  value: string;
  note?: string;
  tone?: string;
  testId?: string;
}

function Figure({ label, value, note, tone = "", testId }: FigureProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className={tone} data-testid={testId}>
        {value}
        {note && <small> {note}</small>}
      </dd>
    </div>
  );
}

/** What it did today, and what it has done in all. */
export function SessionFigures({ detail: { today, performance } }: { detail: SessionDetail }) {
  const { trades, win_rate_percent, winning_trades, losing_trades, profit_factor } = performance;
  return (
    <dl className="session-figures">
      <Figure label="Trades today" value={String(today.trades)} testId="session-today-trades" />
      <Figure label="P&L today" value={today.pnl_formatted ?? "–"} tone={toneOf(today.pnl)} testId="session-today-pnl" />
      <Figure label="Total P&L" value={performance.total_pnl_formatted} tone={toneOf(performance.total_pnl)} testId="session-pnl" />
      <Figure label="Closed trades" value={String(trades)} note={trades ? `${winning_trades} W · ${losing_trades} L` : ""} />
      <Figure label="Win rate" value={trades ? `${win_rate_percent.toFixed(1)}%` : "–"} />
      <Figure label="Profit factor" value={profit_factor === null ? "–" : profit_factor.toFixed(2)} />
      <Figure label="Average trade" value={performance.average_trade_formatted ?? "–"} />
      <Figure label="Max drawdown" value={performance.max_drawdown_formatted} />
    </dl>
  );
}
