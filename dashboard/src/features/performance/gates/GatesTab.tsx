import type { Query } from "../../../api/http";
import { performance } from "../../../api/performance";
import type { GateOutcome } from "../../../api/performanceTypes";
import { Link } from "../../../app/router";
import { money, words } from "../../../lib/format";
import { toneOf } from "../../../lib/pnl";
import { Panel } from "../../../ui/Panel";
import { Empty } from "../../../ui/states";
import { decisionsAt } from "../../decisions/filters";
import { counted } from "../../killswitch/words";
import { FigureCards } from "../../results/FigureCards";
import { Answered } from "../Answered";
import type { Scope } from "../scope";
import { useAnswer } from "../useAnswer";

interface RowProps {
  gate: GateOutcome;
  most: number;
  currency: string;
  to: string;
}

function GateRow({ gate: { name, blocked_first, failed, would_have }, most, currency, to }: RowProps) {
  const { trades, wins, pnl, unknown } = would_have;
  return (
    <tr role="row" data-testid="gate-outcome" data-gate={name}>
      <th role="rowheader" scope="row" className="cell-title">
        <Link to={to} testId="gate-decisions" label={`Decisions that ${words(name)} refused`}>
          {words(name)}
        </Link>
      </th>
      <td role="cell" data-label="Refused first" className="number gate-first">
        {blocked_first.toLocaleString("en-US")}
        <span className="group-bar" aria-hidden="true">
          <i className="info" style={{ width: `${most > 0 ? (blocked_first / most) * 100 : 0}%` }} />
        </span>
      </td>
      <td role="cell" data-label="Refused in all" className="number">
        {failed.toLocaleString("en-US")}
      </td>
      <td role="cell" data-label="Would have won" className="number">
        {trades > 0 ? `${wins} of ${trades}` : "–"}
        {unknown > 0 && <small className="muted">{unknown} unknown</small>}
      </td>
      <td role="cell" data-label="Would have made" className={`number ${trades > 0 ? toneOf(pnl) : ""}`}>
        {trades > 0 ? money(pnl, currency, true) : "–"}
      </td>
    </tr>
  );
}

/** What each gate kept out, and what that would have made. */
function Gates({ gates, scope, currency }: { gates: GateOutcome[]; scope: Scope; currency: string }) {
  const most = Math.max(0, ...gates.map((gate) => gate.blocked_first));
  return (
    <Panel title="Gates" count={gates.length} testId="gates">
      <div className="table-box">
        <table className="table cards" role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader" scope="col">
                Gate
              </th>
              {["Refused first", "Refused in all", "Would have won", "Would have made"].map((name) => (
                <th key={name} role="columnheader" scope="col" className="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {gates.map((gate) => (
              <GateRow
                key={gate.name}
                gate={gate}
                most={most}
                currency={currency}
                to={decisionsAt({ account: scope.account, session: scope.session, verdict: "REJECTED", gate: gate.name })}
              />
            ))}
          </tbody>
        </table>
      </div>
      <p className="panel-foot muted">
        &ldquo;Would have&rdquo; follows the signals that the gate was the first to refuse to their stop or target, over the candles that came after. A
        loss there is what the gate saved. Of the latest 10,000 decisions.
      </p>
    </Panel>
  );
}

export function GatesTab({ asked, scope, currency }: { asked: Query | null; scope: Scope; currency: string }) {
  const answer = useAnswer(performance.gates, asked);
  return (
    <Answered answer={answer} what="The gates">
      {({ decisions, approved, gates }) => {
        const rejected = decisions - approved;
        const hypothetical = gates.reduce((sum, gate) => sum + gate.would_have.pnl, 0);
        const known = gates.reduce((sum, gate) => sum + gate.would_have.trades, 0);
        if (decisions === 0) return <Empty title="No decision yet">Each session decides on every signal that it listens to.</Empty>;
        return (
          <>
            <FigureCards
              label="Decisions"
              cards={[
                { label: "Decisions", value: decisions.toLocaleString("en-US"), testId: "gate-decisions-count" },
                { label: "Approved", value: approved.toLocaleString("en-US"), note: `${((approved / decisions) * 100).toFixed(1)}%` },
                { label: "Rejected", value: rejected.toLocaleString("en-US"), note: `${((rejected / decisions) * 100).toFixed(1)}%` },
                {
                  label: "Would have made",
                  help: "The signals that were refused, followed to their stop or target.",
                  value: known > 0 ? money(hypothetical, currency, true) : "–",
                  tone: known === 0 || hypothetical === 0 ? undefined : hypothetical > 0 ? "up" : "down",
                  note: known > 0 ? `in ${counted(known, "trade")}` : "not known",
                },
              ]}
            />
            {gates.length === 0 ? (
              <Empty title="No gate refused anything">Every signal was approved.</Empty>
            ) : (
              <Gates gates={gates} scope={scope} currency={currency} />
            )}
          </>
        );
      }}
    </Answered>
  );
}
