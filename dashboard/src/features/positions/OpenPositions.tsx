import { useDash } from "../../state/context";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/states";
import { PositionRow } from "./PositionRow";

const COLUMNS = ["Symbol", "Size", "Entry", "Price", "P&L", "Stop to target", "Open for", "Strategy"];
const NUMBERS = new Set(["Size", "Entry", "Price", "P&L", "Open for"]);

export function OpenPositions() {
  const open = useDash((state) => state.open);
  const currency = useDash((state) => state.account?.currency ?? "USD");
  const auto = useDash((state) => state.account?.auto_trading_enabled ?? false);
  return (
    <Panel title="Open positions" count={open.length} testId="open-positions" className="area-positions">
      {open.length === 0 ? (
        <Empty title="No open position">
          {auto ? "The next approved signal opens one." : "Auto-trading is off: signals are shown, not traded."}
        </Empty>
      ) : (
        <div className="table-box">
          <table className="table cards" role="table">
            <thead role="rowgroup">
              <tr role="row">
                {COLUMNS.map((name) => (
                  <th key={name} role="columnheader" scope="col" className={NUMBERS.has(name) ? "number" : undefined}>
                    {name}
                  </th>
                ))}
                <th role="columnheader" scope="col">
                  <span className="visually-hidden">Close</span>
                </th>
              </tr>
            </thead>
            <tbody role="rowgroup">
              {open.map((trade) => (
                <PositionRow key={trade.id} trade={trade} currency={currency} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
