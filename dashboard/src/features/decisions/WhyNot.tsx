import { useState } from "react";

import type { Decision } from "../../api/types";
import { words } from "../../lib/format";
import { Panel } from "../../ui/Panel";
import { failedGates } from "./summary";

const FIRST = 8;

interface WhyNotProps {
  decisions: Decision[];
  gate: string;
  choose: (gate: string) => void;
}

/** Which gates stand in the way most often, over the decisions that are shown. Each narrows the list to its own. */
export function WhyNot({ decisions, gate, choose }: WhyNotProps) {
  const [all, setAll] = useState(false);
  const gates = failedGates(decisions);
  const rejected = decisions.filter((decision) => decision.verdict === "REJECTED").length;
  const most = gates[0]?.count ?? 1;
  if (rejected === 0) return null;
  return (
    <Panel title="Why did it not trade?" count={`${rejected} of ${decisions.length} rejected`} testId="why-not" className="area-why">
      <ul className="why">
        {(all ? gates : gates.slice(0, FIRST)).map(({ name, count, alone }) => (
          <li key={name}>
            <button
              type="button"
              className="why-gate"
              aria-pressed={gate === name}
              data-testid="why-gate"
              data-gate={name}
              onClick={() => choose(gate === name ? "" : name)}
            >
              <span className="why-name">{words(name)}</span>
              <span className="why-count">
                {count}
                {alone > 0 && <small title="No other gate failed"> {alone} alone</small>}
              </span>
              <span className="why-bar" aria-hidden="true">
                <span style={{ width: `${(count / most) * 100}%` }} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      {gates.length > FIRST && (
        <button type="button" className="button small ghost" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show ${gates.length - FIRST} more`}
        </button>
      )}
      <p className="panel-foot muted">Of the decisions listed. “Alone” means that it would have traded otherwise.</p>
    </Panel>
  );
}
