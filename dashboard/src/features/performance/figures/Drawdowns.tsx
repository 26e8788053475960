import { useState } from "react";

import type { Drawdown } from "../../../api/analyticsTypes";
import { duration } from "../../../lib/time";
import { Panel } from "../../../ui/Panel";
import { Empty } from "../../../ui/states";
import { minuteOf } from "../days";

const FIRST = 5;

function DrawdownRow({ drawdown: { start, bottom, end, percent, seconds } }: { drawdown: Drawdown }) {
  return (
    <tr role="row" data-testid="drawdown-row">
      <td role="cell" data-label="Peak">
        {minuteOf(start)}
      </td>
      <td role="cell" data-label="Bottom">
        {minuteOf(bottom)}
      </td>
      <td role="cell" data-label="Made good">
        {end === null ? <span className="muted">Not yet</span> : minuteOf(end)}
      </td>
      <td role="cell" data-label="Length" className="number">
        {duration(seconds)}
      </td>
      <td role="cell" data-label="Depth" className="number down">
        {Math.abs(percent).toFixed(2)}%
      </td>
    </tr>
  );
}

/** The deepest falls of equity, each from its peak until it was made good. */
export function Drawdowns({ drawdowns }: { drawdowns: Drawdown[] }) {
  const [all, setAll] = useState(false);
  return (
    <Panel title="Deepest drawdowns" count={drawdowns.length} testId="drawdowns" aside={<span className="muted">UTC</span>}>
      {drawdowns.length === 0 ? (
        <Empty title="No drawdown yet" />
      ) : (
        <div className="table-box">
          <table className="table cards" role="table">
            <thead role="rowgroup">
              <tr role="row">
                {["Peak", "Bottom", "Made good", "Length", "Depth"].map((name, index) => (
                  <th key={name} role="columnheader" scope="col" className={index > 2 ? "number" : undefined}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {(all ? drawdowns : drawdowns.slice(0, FIRST)).map((drawdown) => (
                <DrawdownRow key={drawdown.start} drawdown={drawdown} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {drawdowns.length > FIRST && (
        <div className="panel-foot">
          <button type="button" className="button small ghost" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? "Show fewer" : `Show ${drawdowns.length - FIRST} more`}
          </button>
        </div>
      )}
    </Panel>
  );
}
