import type { Fill } from "../../api/tradeTypes";
import { money, price, quantity, words } from "../../lib/format";
import { moment } from "../../lib/time";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/states";

interface FillsProps {
  fills: Fill[];
  currency: string;
  tick: number | undefined;
}

/** Every execution, in the order in which they happened. */
export function Fills({ fills, currency, tick }: FillsProps) {
  return (
    <Panel title="Fills" count={fills.length} testId="trade-fills">
      {fills.length === 0 ? (
        <Empty title="Nothing has filled" />
      ) : (
        <div className="table-box">
          <table className="table cards" role="table">
            <thead role="rowgroup">
              <tr role="row">
                {["Side", "Time", "Purpose"].map((name) => (
                  <th key={name} role="columnheader" scope="col">
                    {name}
                  </th>
                ))}
                {["Quantity", "Price", "Commission", "Slippage"].map((name) => (
                  <th key={name} role="columnheader" scope="col" className="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {fills.map((fill, index) => (
                <tr key={index} role="row" data-testid="fill-row">
                  <th role="rowheader" scope="row" className="cell-title">
                    <span className={fill.side === "BUY" ? "up" : "down"}>{words(fill.side)}</span>
                  </th>
                  <td role="cell" data-label="Time">
                    <time dateTime={fill.time}>{moment(fill.time)}</time>
                  </td>
                  <td role="cell" data-label="Purpose">
                    {words(fill.purpose)}
                  </td>
                  <td role="cell" data-label="Quantity" className="number">
                    {quantity(fill.quantity)}
                  </td>
                  <td role="cell" data-label="Price" className="number">
                    {price(fill.price, tick)}
                  </td>
                  <td role="cell" data-label="Commission" className="number">
                    {money(Number(fill.commission), currency)}
                  </td>
                  <td role="cell" data-label="Slippage" className="number">
                    {money(Number(fill.slippage), currency)}
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
