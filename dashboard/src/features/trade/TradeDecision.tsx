import { useId, useState } from "react";

import type { Decision } from "../../api/types";
import { moment } from "../../lib/time";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/states";
import { DecisionGates } from "../decisions/DecisionGates";

/** The decision behind the trade: who made it and when, and on demand every gate of it. */
export function TradeDecision({ decision }: { decision: Decision | null }) {
  const [shown, setShown] = useState(false);
  const id = useId();
  if (decision === null) {
    return (
      <Panel title="Why it was opened" testId="trade-decision">
        <Empty title="No decision of a session opened it" />
      </Panel>
    );
  }
  return (
    <Panel
      title="Why it was opened"
      testId="trade-decision"
      aside={
        <button type="button" className="button small" aria-expanded={shown} aria-controls={id} data-testid="decision-toggle" onClick={() => setShown(!shown)}>
          {shown ? "Hide the gates" : `Show ${decision.gates.length} gates`}
        </button>
      }
    >
      <p className="panel-text">
        {decision.session_name} decided it at {moment(decision.created_at)}. <span className="muted">{decision.reason}</span>
      </p>
      <div id={id} hidden={!shown}>
        {shown && (
          <div className="signal-details">
            <DecisionGates decision={decision} />
          </div>
        )}
      </div>
    </Panel>
  );
}
