import { useState } from "react";

import type { SignalOutcome, WhatIf, WhatIfDifference } from "../../api/backtestTypes";
import { figure, money, words } from "../../lib/format";
import { toneOf } from "../../lib/pnl";
import { moment } from "../../lib/time";
import { DirectionBadge } from "../../ui/badges";

const SHOWN = 10;

function Outcome({ outcome, currency }: { outcome: SignalOutcome; currency: string }) {
  if (!outcome.taken) return <span className="muted">Refused: {words(outcome.refused_by).toLowerCase()}</span>;
  return (
    <>
      <b className={toneOf(outcome.pnl)}>{outcome.pnl === null ? "Open" : money(outcome.pnl, currency, true)}</b>
      <small className="muted">
        {figure(outcome.quantity)}
        {outcome.exit_reason && `, ${words(outcome.exit_reason).toLowerCase()}`}
      </small>
    </>
  );
}

function Row({ row, currency }: { row: WhatIfDifference; currency: string }) {
  return (
    <tr role="row" data-testid="whatif-difference">
      <th role="rowheader" scope="row" className="cell-title">
        {row.symbol}
        <DirectionBadge direction={row.direction} />
      </th>
      <td role="cell" data-label="Signal">
        <time dateTime={row.time}>{moment(row.time)}</time>
        <small className="muted">{row.strategy}</small>
      </td>
      {(["recorded", "replayed", "changed"] as const).map((name) => (
        <td key={name} role="cell" data-label={words(name)}>
          <Outcome outcome={row[name]} currency={currency} />
        </td>
      ))}
    </tr>
  );
}

/** Refused either way, only by another gate: no trade differs by it. */
const tells = ({ fields }: WhatIfDifference) => fields.some((name) => name !== "refused_by");

/** The signals of which the changed rules make something else. */
export function Differences({ result: { differences, differences_total: total, currency } }: { result: WhatIf }) {
  const [all, setAll] = useState(false);
  if (total === 0) return <p className="muted">The changed rules make the same of every signal.</p>;
  const telling = differences.filter(tells);
  const shown = all ? differences : telling.slice(0, SHOWN);
  return (
    <section aria-label="Differences" className="whatif-differences">
      <h3>
        Differences <span className="count">{total.toLocaleString("en-US")}</span>
      </h3>
      {shown.length === 0 && <p className="muted">No trade differs: other gates refused what was refused before.</p>}
      <div className="table-box" hidden={shown.length === 0}>
        <table className="table cards" role="table">
          <thead role="rowgroup">
            <tr role="row">
              {["Market", "Signal", "Recorded", "Replayed", "Changed"].map((name) => (
                <th key={name} role="columnheader" scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {shown.map((row) => (
              <Row key={row.decision} row={row} currency={currency} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < differences.length && (
        <button type="button" className="button small ghost" data-testid="whatif-all" onClick={() => setAll(true)}>
          Show all, also what another gate refused
        </button>
      )}
      {all && total > differences.length && <p className="muted">The first {differences.length.toLocaleString("en-US")} are shown.</p>}
    </section>
  );
}
