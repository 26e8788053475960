import type { SignalAnalytics } from "../../../api/performanceTypes";
import { Panel } from "../../../ui/Panel";

interface Step {
  name: string;
  count: number;
  /** Of what the share is told: the step before. */
  of: number | null;
  ofName: string;
}

function shareOf({ count, of, ofName }: Step): string {
  if (of === null || of === 0) return "";
  return `${((count / of) * 100).toFixed(1)}% of the ${ofName}`;
}

/** How many signals became trades, and where the others went. */
export function Funnel({ conversion: { signals, approved, executed, expired } }: Pick<SignalAnalytics, "conversion">) {
  const steps: Step[] = [
    { name: "Signals", count: signals, of: null, ofName: "" },
    { name: "Approved", count: approved, of: signals, ofName: "signals" },
    { name: "Traded", count: executed, of: approved, ofName: "approved" },
  ];
  return (
    <Panel title="From signal to trade" testId="funnel">
      <ol className="funnel">
        {steps.map((step) => (
          <li key={step.name} data-testid={`funnel-${step.name.toLowerCase()}`}>
            <span className="funnel-name">{step.name}</span>
            <b>{step.count.toLocaleString("en-US")}</b>
            <small className="muted">{shareOf(step)}</small>
            <span className="funnel-bar" aria-hidden="true">
              <i style={{ width: `${signals > 0 ? Math.min(100, (step.count / signals) * 100) : 0}%` }} />
            </span>
          </li>
        ))}
      </ol>
      <p className="panel-foot muted" data-testid="funnel-expired">
        {expired.toLocaleString("en-US")} of the signals expired before they were traded.
      </p>
    </Panel>
  );
}
