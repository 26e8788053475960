import type { SourceOutcome } from "../../../api/performanceTypes";
import { money, words } from "../../../lib/format";
import { toneOf } from "../../../lib/pnl";
import { Panel } from "../../../ui/Panel";
import { Empty } from "../../../ui/states";

const HEADS = ["Signals", "Approved", "Trades", "Win rate", "Average R", "P&L"];

/** What became of the signals of each source. */
export function Sources({ sources, currency }: { sources: SourceOutcome[]; currency: string }) {
  return (
    <Panel title="Outcome by source" count={sources.length} testId="sources">
      {sources.length === 0 ? (
        <Empty title="No signal yet" />
      ) : (
        <div className="table-box">
          <table className="table cards" role="table">
            <thead role="rowgroup">
              <tr role="row">
                <th role="columnheader" scope="col">
                  Source
                </th>
                {HEADS.map((name) => (
                  <th key={name} role="columnheader" scope="col" className="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {sources.map(({ key, signals, approved, trades, win_rate_percent: rate, average_r: r, pnl }) => (
                <tr key={key} role="row" data-testid="source-row">
                  <th role="rowheader" scope="row" className="cell-title">
                    {words(key)}
                  </th>
                  <td role="cell" data-label="Signals" className="number">
                    {signals.toLocaleString("en-US")}
                  </td>
                  <td role="cell" data-label="Approved" className="number">
                    {approved.toLocaleString("en-US")}
                  </td>
                  <td role="cell" data-label="Trades" className="number">
                    {trades.toLocaleString("en-US")}
                  </td>
                  <td role="cell" data-label="Win rate" className="number">
                    {rate === null ? "–" : `${rate.toFixed(1)}%`}
                  </td>
                  <td role="cell" data-label="Average R" className="number">
                    {r === null ? "–" : r.toFixed(2)}
                  </td>
                  <td role="cell" data-label="P&L" className={`number ${toneOf(pnl)}`}>
                    {money(pnl, currency, true)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
