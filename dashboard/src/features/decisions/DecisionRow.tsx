import { memo, useId, useState } from "react";

import type { Decision } from "../../api/types";
import { moment } from "../../lib/time";
import { DirectionBadge } from "../../ui/badges";
import { Icon } from "../../ui/icons";
import { DecisionGates } from "./DecisionGates";

interface DecisionRowProps {
  decision: Decision;
  account: string;
  /** From the beginning, for the one that a link leads to. */
  open: boolean;
}

/** One decision, and on demand every gate of it. */
export const DecisionRow = memo(function DecisionRow({ decision, account, open }: DecisionRowProps) {
  const [shown, setShown] = useState(open);
  const details = useId();
  const approved = decision.verdict === "APPROVED";
  const failed = decision.gates.filter((gate) => !gate.passed).length;
  return (
    <li className="signal" data-testid="decision-row" data-decision={decision.id} data-verdict={decision.verdict}>
      <button type="button" className="signal-head" aria-expanded={shown} aria-controls={details} onClick={() => setShown(!shown)}>
        <span className="signal-line">
          <DirectionBadge direction={decision.direction} />
          <b>{decision.symbol}</b>
          <span className="muted clip">
            {decision.session_name} · {account}
          </span>
          <span className="signal-end">
            <time dateTime={decision.created_at}>{moment(decision.created_at)}</time>
          </span>
        </span>
        <span className="signal-line second">
          <span className={`verdict ${approved ? "up" : "down"}`}>{approved ? "Approved" : "Rejected"}</span>
          <span className="muted clip">
            {decision.reason}
            {failed > 1 && ` And ${failed - 1} more.`}
          </span>
          <Icon name="chevron" />
        </span>
      </button>
      {shown && (
        <div className="signal-details" id={details}>
          <DecisionGates decision={decision} />
        </div>
      )}
    </li>
  );
});
