import type { Decision, Gate } from "../../api/types";
import { figure, quantity, words } from "../../lib/format";
import { Icon } from "../../ui/icons";

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
          </span>
        </span>
      </th>
      <td>{figure(gate.figure)}</td>
      <td>{figure(gate.limit)}</td>
    </tr>
  );
}

/** Every gate of one decision: what it measured, what it allows. */
export function DecisionGates({ decision }: { decision: Decision }) {
  const failed = decision.gates.filter((gate) => !gate.passed).length;
  const approved = decision.verdict === "APPROVED";
  return (
    <div className="decision" data-testid="decision-gates" data-verdict={decision.verdict}>
      <h3>
        <span className={approved ? "up" : "down"}>{approved ? "Approved" : "Rejected"}</span> by {decision.session_name}
        <small>
          {failed === 0 ? `all ${decision.gates.length} gates passed` : `${failed} of ${decision.gates.length} gates failed`}
          {approved && decision.quantity !== null && ` · size ${quantity(decision.quantity)}`}
          {decision.trade !== null && ` · trade ${decision.trade}`}
        </small>
      </h3>
      <table className="gates">
        <thead>
          <tr>
            <th scope="col">Gate</th>
            <th scope="col">Figure</th>
            <th scope="col">Limit</th>
          </tr>
        </thead>
        <tbody>
          {decision.gates.map((gate) => (
            <GateRow key={gate.name} gate={gate} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
