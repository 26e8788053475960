import { memo, useId, useState } from "react";

import type { Signal } from "../../api/types";
import { Link } from "../../app/router";
import { share, words } from "../../lib/format";
import { moment } from "../../lib/time";
import { outcomeOf } from "../../state/signals";
import { DirectionBadge } from "../../ui/badges";
import { Icon } from "../../ui/icons";
import { DecisionGates } from "../decisions/DecisionGates";
import { decisionsAt } from "../decisions/filters";
import { Evidence } from "./Evidence";

function summary(signal: Signal, account: number): { className: string; label: string; text: string } {
  const { outcome, decisions } = outcomeOf(signal, account);
  switch (outcome) {
    case "traded":
      return {
        className: "up",
        label: "Traded",
        text: decisions.filter((item) => item.verdict === "APPROVED").map((item) => item.session_name).join(", "),
      };
    case "rejected":
      return { className: "down", label: "Rejected", text: decisions[0]?.reason ?? "" };
    case "undecided":
      return {
        className: "muted",
        label: signal.status === "ACTIVE" ? "Waiting" : words(signal.status),
        text: signal.status === "ACTIVE" ? "No session has decided yet." : "No session of this account took it up.",
      };
  }
}

/** One signal, what became of it, and on demand why. */
export const SignalRow = memo(function SignalRow({ signal, account }: { signal: Signal; account: number }) {
  const [shown, setShown] = useState(false);
  const details = useId();
  const { className, label, text } = summary(signal, account);
  return (
    <li className="signal" data-testid="signal-row" data-signal-id={signal.id} data-outcome={label}>
      <button type="button" className="signal-head" aria-expanded={shown} aria-controls={details} onClick={() => setShown(!shown)}>
        <span className="signal-line">
          <DirectionBadge direction={signal.direction} />
          <b>{signal.symbol}</b>
          <span className="muted clip">
            {signal.strategy || words(signal.source)} · {signal.timeframe}
          </span>
          <span className="signal-end">
            <span className="confidence" title="Confidence">
              {share(signal.confidence)}
            </span>
            <time dateTime={signal.created_at}>{moment(signal.created_at)}</time>
          </span>
        </span>
        <span className="signal-line second">
          <span className={`verdict ${className}`}>{label}</span>
          <span className="muted clip">{text}</span>
          <Icon name="chevron" />
        </span>
      </button>
      {shown && (
        <div className="signal-details" id={details}>
          <Evidence signal={signal} />
          {outcomeOf(signal, account).decisions.map((decision) => (
            <DecisionGates key={decision.id} decision={decision} />
          ))}
          <p>
            <Link to={decisionsAt({ signal: signal.id })} testId="signal-decisions">
              All decisions on this signal
            </Link>
          </p>
        </div>
      )}
    </li>
  );
});
