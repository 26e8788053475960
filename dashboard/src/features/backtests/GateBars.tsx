import type { RunCounts } from "../../api/backtestTypes";
import { words } from "../../lib/format";
import { Panel } from "../../ui/Panel";
import { BarList } from "../results/BarList";

const count = (value: number) => value.toLocaleString("en-US");

/** How many signals became trades, and which gate refused the others first. */
export function GateBars({ result }: { result: Partial<RunCounts> }) {
  const { signals = 0, approved = 0, failed = 0, blocked = {} } = result;
  const items = Object.entries(blocked)
    .filter(([, times]) => times > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => ({
      key: name,
      label: words(name),
      value: times,
      text: count(times),
      note: signals > 0 ? `${((times / signals) * 100).toFixed(1)}%` : undefined,
      tone: "info" as const,
    }));
  return (
    <Panel title="Blocked by gate" testId="gate-bars">
      <p className="panel-text muted">
        {count(signals)} signals, {count(approved)} approved
        {failed > 0 && `, ${count(failed)} of those not filled`}. Each refusal is counted at the first gate that made it.
      </p>
      <BarList items={items} label="Signals blocked by gate" empty="No gate refused a signal" />
    </Panel>
  );
}
