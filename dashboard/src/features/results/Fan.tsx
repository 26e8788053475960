import "../../styles/results.css";

import type { MonteCarlo } from "../../api/analyticsTypes";
import { Empty } from "../../ui/states";

const WIDTH = 600;
const HEIGHT = 240;

type Point = MonteCarlo["fan"][number];
type Edge = Exclude<keyof Point, "step">;

interface FanProps {
  fan: MonteCarlo["fan"];
  /** Where every path begins. */
  start: number;
  format: (value: number) => string;
  label: string;
  testId?: string;
}

/** Where the paths of a simulation ran: half of them within the inner band, nine in ten within the outer one. */
export function Fan({ fan, start, format, label, testId }: FanProps) {
  const last = fan.at(-1);
  if (fan.length < 2 || last === undefined) return <Empty title="Too few trades for a fan" />;
  const low = Math.min(start, ...fan.map((point) => point.p5));
  const high = Math.max(start, ...fan.map((point) => point.p95));
  const first = fan[0]?.step ?? 0;
  const x = (step: number) => ((step - first) / (last.step - first || 1)) * WIDTH;
  const y = (value: number) => HEIGHT - ((value - low) / (high - low || 1)) * HEIGHT;
  const line = (edge: Edge) => fan.map((point) => `${x(point.step).toFixed(1)},${y(point[edge]).toFixed(1)}`);
  const band = (above: Edge, below: Edge) => [...line(above), ...line(below).reverse()].join(" ");
  const ends: [Edge, string][] = [
    ["p95", "95 %"],
    ["p75", "75 %"],
    ["p50", "Median"],
    ["p25", "25 %"],
    ["p5", "5 %"],
  ];
  return (
    <figure className="fan" data-testid={testId}>
      <div className="fan-plot">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${label}. At the end: ${ends.map(([edge, name]) => `${name} ${format(last[edge])}`).join(", ")}`}
        >
          <polygon className="outer" points={band("p95", "p5")} />
          <polygon className="inner" points={band("p75", "p25")} />
          <line className="start" x1={0} x2={WIDTH} y1={y(start)} y2={y(start)} />
          <polyline className="median" points={line("p50").join(" ")} />
        </svg>
        <div className="fan-axis" aria-hidden="true">
          <span>{format(high)}</span>
          <span>{format(low)}</span>
        </div>
      </div>
      <dl className="fan-ends">
        {ends.map(([edge, name]) => (
          <div key={edge}>
            <dt>{name}</dt>
            <dd className={last[edge] < start ? "down" : "up"}>{format(last[edge])}</dd>
          </div>
        ))}
      </dl>
    </figure>
  );
}
