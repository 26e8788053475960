import "../../styles/results.css";

import type { Buckets } from "../../api/analyticsTypes";
import { Empty } from "../../ui/states";

interface HistogramProps {
  buckets: Buckets;
  /** What is counted: "Trades by result". */
  label: string;
  /** How an edge is written. */
  format: (value: number) => string;
  /** By the sign of the bucket, or in one color. */
  signed?: boolean;
  /** Draws every bucket as wide as the others, whatever it spans: for edges that rise by magnitudes. */
  even?: boolean;
  /** Of what is counted: "trades". */
  unit: string;
  testId?: string;
}

const WIDTH = 600;
const HEIGHT = 160;

/** How often values fell where. For those who do not see it, as a table. */
export function Histogram({ buckets: { edges, counts }, label, format, signed = false, even = false, unit, testId }: HistogramProps) {
  const most = Math.max(0, ...counts);
  if (most === 0 || edges.length < 2) return <Empty title="Nothing to count yet" />;
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const x = (value: number) => ((value - low) / (high - low || 1)) * WIDTH;
  const inside = !even && low < 0 && high > 0;
  const middle = even ? (edges[Math.floor(edges.length / 2)] ?? low) : (low + high) / 2;
  return (
    <figure className="histogram" data-testid={testId}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {counts.map((count, index) => {
          const [left, right] = [edges[index] ?? low, edges[index + 1] ?? high];
          const [from, to] = even ? [(index / counts.length) * WIDTH, ((index + 1) / counts.length) * WIDTH] : [x(left), x(right)];
          const height = (count / most) * (HEIGHT - 6);
          const tone = !signed ? "info" : (left + right) / 2 < 0 ? "down" : "up";
          return (
            <rect key={index} className={tone} x={from + 0.75} width={Math.max(1, to - from - 1.5)} y={HEIGHT - height} height={height}>
              <title>{`${format(left)} to ${format(right)}: ${count.toLocaleString("en-US")} ${unit}`}</title>
            </rect>
          );
        })}
        {inside && <line x1={x(0)} x2={x(0)} y1={0} y2={HEIGHT} />}
      </svg>
      <div className="histogram-axis" aria-hidden="true">
        <span>{format(low)}</span>
        {inside ? <span className="at-zero" style={{ left: `${(x(0) / WIDTH) * 100}%` }}>0</span> : <span>{format(middle)}</span>}
        <span>{format(high)}</span>
      </div>
      <table className="visually-hidden">
        <caption>{label}</caption>
        <tbody>
          {counts.map((count, index) => (
            <tr key={index}>
              <th scope="row">
                {format(edges[index] ?? 0)} to {format(edges[index + 1] ?? 0)}
              </th>
              <td>{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
