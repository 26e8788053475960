import type { TradeDetail } from "../../api/tradeTypes";
import type { Account } from "../../api/types";
import { Link } from "../../app/router";
import { money, price, quantity, signedPercent } from "../../lib/format";
import { livePnl, livePnlPercent, marketKey, markPrice, openSize, toneOf } from "../../lib/pnl";
import { duration, moment, secondsSince } from "../../lib/time";
import { useDash } from "../../state/context";
import { isOpen } from "../../state/trades";
import { CodeBadge, DirectionBadge } from "../../ui/badges";
import { ModeBadge } from "../../ui/ModeBadge";
import { useNow } from "../../ui/useNow";
import { ContractFacts } from "../positions/ContractFacts";
import { liveMultiple } from "./figures";

interface FigureProps {
  label: string;
  value: string;
  note?: string;
  tone?: string;
  testId?: string;
  title?: string;
}

function Figure({ label, value, note, tone, testId, title }: FigureProps) {
  return (
    <div title={title}>
      <dt>{label}</dt>
      <dd className={tone} data-testid={testId}>
        {value}
        {note && <small> {note}</small>}
      </dd>
    </div>
  );
}

interface HeadProps {
  trade: TradeDetail;
  account: Account | undefined;
  tick: number | undefined;
}

/** What it made, or stands at; what that is against the risk; and what it cost. */
function Figures({ trade, account, tick }: HeadProps) {
  const key = marketKey(trade);
  const quote = useDash((state) => state.quotes[key]);
  const open = isOpen(trade);
  const now = useNow(1000, open);
  const currency = account?.currency ?? "USD";
  const mark = markPrice(trade, quote);
  const pnl = open ? livePnl(trade, quote) : Number(trade.realized_pnl);
  const multiple = open ? (liveMultiple(trade, mark) ?? trade.r_multiple) : trade.r_multiple;
  const partly = open && Number(trade.closed_quantity ?? 0) > 0;
  return (
    <dl className="trade-figures">
      <Figure
        label={open ? "Open P&L" : "P&L"}
        value={open ? money(pnl, currency, true) : trade.realized_pnl_formatted}
        note={signedPercent(open ? livePnlPercent(trade, quote) : trade.pnl_percent)}
        tone={toneOf(pnl)}
        testId="trade-pnl"
      />
      {open && <Figure label="Realized" value={trade.realized_pnl_formatted} tone={toneOf(trade.realized_pnl)} />}
      <Figure label="R multiple" value={multiple === null ? "–" : `${multiple >= 0 ? "+" : ""}${multiple.toFixed(2)} R`} testId="trade-r" title="The result over what was risked at the first stop" />
      <Figure label="Size" value={quantity(open ? openSize(trade) : trade.quantity)} note={partly ? `of ${quantity(trade.quantity)}` : ""} testId="trade-size" />
      <Figure label="Entry" value={price(trade.entry_price, tick)} />
      <Figure label={open ? "Price" : "Exit"} value={price(open ? mark : trade.exit_price, tick)} />
      <Figure label="Stop" value={price(trade.stop_loss, tick)} note={trade.initial_stop !== null && trade.initial_stop !== trade.stop_loss ? `first ${price(trade.initial_stop, tick)}` : ""} testId="trade-stop" />
      <Figure label="Target" value={price(trade.take_profit, tick)} />
      <Figure label="MAE" value={trade.mae_formatted ?? "–"} tone={toneOf(trade.mae)} title="Maximum adverse excursion: the worst it stood at" />
      <Figure label="MFE" value={trade.mfe_formatted ?? "–"} tone={toneOf(trade.mfe)} title="Maximum favorable excursion: the best it stood at" />
      <Figure label="Fees" value={trade.fees_formatted} />
      <Figure label="Slippage" value={trade.slippage_formatted} />
      {Number(trade.funding) !== 0 && (
        <Figure label="Funding" value={trade.funding_formatted} tone={toneOf(trade.funding)} testId="trade-funding" title="What the perpetual future paid (below 0) or brought, part of the P&L" />
      )}
      <Figure label="Duration" value={duration(open ? secondsSince(trade.opened_at, now) : trade.duration_seconds)} />
    </dl>
  );
}

export function TradeHead({ trade, account, tick }: HeadProps) {
  return (
    <section className="panel trade-head" aria-label={`Trade ${trade.id}`} data-testid="trade-head" data-status={trade.status}>
      <header>
        <h1>{trade.symbol}</h1>
        <DirectionBadge direction={trade.direction} />
        <CodeBadge code={trade.status} />
        {trade.exit_reason && <CodeBadge code={trade.exit_reason} />}
        {account && <ModeBadge mode={account.mode} testId="trade-mode" />}
        <span className="muted trade-from">
          #{trade.id} · {account?.name ?? `account ${trade.account}`} · {trade.venue}
          {trade.session != null && (
            <>
              {" · "}
              <Link to={`/sessions/${trade.session}`} testId="trade-session">
                {trade.session_name ?? `session ${trade.session}`}
              </Link>
            </>
          )}
        </span>
        <span className="muted trade-when">
          {moment(trade.opened_at)}
          {trade.closed_at !== null && ` – ${moment(trade.closed_at)}`}
        </span>
      </header>
      {trade.contract && (
        <p className="trade-contract muted">
          <ContractFacts contract={trade.contract} currency={account?.currency ?? "USD"} />
        </p>
      )}
      <Figures trade={trade} account={account} tick={tick} />
    </section>
  );
}
