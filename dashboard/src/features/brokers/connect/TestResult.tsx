import { useEffect, useRef } from "react";

import type { Connected } from "../../../api/brokerTypes";
import { latency, quantity } from "../../../lib/format";
import { Icon } from "../../../ui/icons";

const RISKY = /withdraw|transfer|admin|payment|wallet:read_write/i;

function Permissions({ permissions }: { permissions: string[] | null }) {
  if (permissions === null) return <p className="muted">The broker does not tell what the key may do.</p>;
  const risky = permissions.filter((item) => RISKY.test(item));
  return (
    <>
      <ul className="chips" aria-label="What the key may do">
        {permissions.map((item) => (
          <li key={item} className={RISKY.test(item) ? "risky" : ""}>
            {item}
          </li>
        ))}
      </ul>
      {risky.length > 0 && (
        <p className="form-error" data-testid="risky-permissions">
          This key may do more than trade ({risky.join(", ")}). Make one without that.
        </p>
      )}
    </>
  );
}

function Balances({ balances }: { balances: Connected["balances"] }) {
  if (balances.length === 0) return <p className="muted">The account holds nothing yet.</p>;
  return (
    <table className="table balances">
      <thead>
        <tr>
          <th scope="col">Currency</th>
          <th scope="col" className="number">
            Total
          </th>
          <th scope="col" className="number">
            Free
          </th>
          <th scope="col" className="number">
            Equity
          </th>
        </tr>
      </thead>
      <tbody>
        {balances.map((item) => (
          <tr key={item.currency}>
            <th scope="row">{item.currency}</th>
            <td className="number">{quantity(item.total)}</td>
            <td className="number">{quantity(item.free)}</td>
            <td className="number">{quantity(item.equity)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function TestResult({ result }: { result: Connected }) {
  const real = result.accountType === "real";
  const box = useRef<HTMLDivElement>(null);
  // On a phone it comes up below what is in sight.
  useEffect(() => {
    box.current?.scrollIntoView?.({ block: "nearest" });
  }, []);
  return (
    <div ref={box} className="test-result" data-testid="test-result">
      <p className="test-head">
        <Icon name="check" />
        <b>The keys work.</b>
        <span className={`badge ${real ? "live" : "info"}`}>{real ? "Real money" : "Demo"}</span>
        {result.accountId && <span>Account {result.accountId}</span>}
        {result.latencyMs !== null && <span className="muted">{latency(result.latencyMs)}</span>}
      </p>
      <Permissions permissions={result.permissions} />
      <Balances balances={result.balances} />
    </div>
  );
}
