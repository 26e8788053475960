import type { Decision, Gate } from "../../api/types";
import { Link } from "../../app/router";
import { figure, quantity, words } from "../../lib/format";
import { Icon } from "../../ui/icons";
import { DecisionPlan } from "./DecisionPlan";
import { barOf } from "./summary";

/** The figure as a length, and the limit as a mark, on one scale. */
function GateBar({ gate }: { gate: Gate }) {
  const bar = barOf(gate.figure, gate.limit);
  if (bar === null) return null;
  return (
    <span className="gate-bar" aria-hidden="true" data-testid="gate-bar">
      <span style={{ width: `${bar.figure}%` }} />
      <i style={{ left: `${bar.limit}%` }} />
    </span>
  );
}

function GateRow({ gate }: { gate: Gate }) {
  return (
    <tr className={gate.passed ? "passed" : "failed"} data-testid="gate-row" data-gate={gate.name} data-passed={gate.passed}>
      <th scope="row">
        <span className="gate">
          <Icon name={gate.passed ? "check" : "cross"} />
          <span>
            {words(gate.name)}
            <span className="visually-hidden">{gate.passed ? " passed" : " failed"}</span>
            <small>{gate.message}</small>
            <GateBar gate={gate} />
          </span>
        </span>
      </th>
      <td>{figure(gate.figure)}</td>
      <td>{figure(gate.limit)}</td>
    </tr>
  );
}

/** Every gate of one decision, those that failed first: what it measured, what it allows; and the trade it was about. */
export function DecisionGates({ decision }: { decision: Decision }) {
  const [stopped, passed] = [decision.gates.filter((gate) => !gate.passed), decision.gates.filter((gate) => gate.passed)];
  const failed = stopped.length;
  const approved = decision.verdict === "APPROVED";
  return (
    <div className="decision" data-testid="decision-gates" data-verdict={decision.verdict}>
      <h3>
        <span className={approved ? "up" : "down"}>{approved ? "Approved" : "Rejected"}</span> by {decision.session_name}
        <small>
          {failed === 0 ? `all ${decision.gates.length} gates passed` : `${failed} of ${decision.gates.length} gates failed`}
          {approved && decision.quantity !== null && ` · size ${quantity(decision.quantity)}`}
          {decision.algorithm_version != null && ` · version ${decision.algorithm_version}`}
          {decision.trade !== null && (
            <>
              {" · "}
              <Link to={`/trades/${decision.trade}`} testId="decision-trade">
                trade {decision.trade}
              </Link>
            </>
          )}
        </small>
      </h3>
      <DecisionPlan decision={decision} />
      <table className="gates">
        <thead>
          <tr>
            <th scope="col">Gate</th>
            <th scope="col">Figure</th>
            <th scope="col">Limit</th>
          </tr>
        </thead>
        <tbody>
          {[...stopped, ...passed].map((gate) => (
            <GateRow key={gate.name} gate={gate} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
