import type { Account, Decision, Signal } from "../api/types";
import { DirectionTag } from "../parts/Direction";
import { Empty, Panel } from "../parts/Panel";
import { clock, percent, price, words } from "../state/format";

function Gates({ decision }: { decision: Decision }) {
  return (
    <div className="gates" data-testid="decision-gates">
      <h4>{decision.session_name}: {words(decision.verdict)}</h4>
      <ul>
        {decision.gates.map((gate) => (
          <li key={gate.name} className={gate.passed ? "passed" : "failed"}>
            <span aria-label={gate.passed ? "passed" : "failed"}>{gate.passed ? "✓" : "✕"}</span>
            <b>{words(gate.name)}</b>
            <span>{gate.message}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Verdict({ decisions }: { decisions: Decision[] }) {
  if (!decisions.length) return <span className="muted">no session listened</span>;
  const approved = decisions.find((decision) => decision.verdict === "APPROVED");
  if (approved) return <span className="up">traded</span>;
  return <span className="muted reason">{decisions[0]?.reason}</span>;
}

function Row({ signal, account }: { signal: Signal; account: Account }) {
  const decisions = (signal.decisions ?? []).filter((decision) => decision.account === account.id);
  const evidence = Object.entries(signal.evidence);
  return (
    <details className="signal" data-testid="signal-row">
      <summary>
        <time>{clock(signal.created_at)}</time>
        <b>{signal.symbol}</b>
        <DirectionTag direction={signal.direction} />
        <span className="confidence" title="Confidence">{percent(signal.confidence)}</span>
        <Verdict decisions={decisions} />
      </summary>
      <div className="detail">
        <p className="muted">
          {signal.strategy || words(signal.source)} {signal.timeframe} · entry {price(signal.entry_price)} · stop{" "}
          {price(signal.stop_loss)} · target {price(signal.take_profits[0] ?? null)}
        </p>
        {evidence.length > 0 && (
          <p className="muted">{evidence.map(([name, value]) => `${words(name)} ${String(value)}`).join(" · ")}</p>
        )}
        {decisions.map((decision) => <Gates key={decision.id} decision={decision} />)}
      </div>
    </details>
  );
}

export function SignalFeed({ signals, account }: { signals: Signal[]; account: Account }) {
  return (
    <Panel title="Signals" testId="signal-feed" aside={<span className="muted">why each was traded, or not</span>}>
      {signals.length === 0 ? (
        <Empty>No signal yet. Strategies look at each candle as it closes.</Empty>
      ) : (
        <div className="scroll">{signals.map((signal) => <Row key={signal.id} signal={signal} account={account} />)}</div>
      )}
    </Panel>
  );
}
