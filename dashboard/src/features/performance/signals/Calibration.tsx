import type { CalibrationBucket } from "../../../api/performanceTypes";
import { Panel } from "../../../ui/Panel";
import { Empty } from "../../../ui/states";
import { counted } from "../../killswitch/words";
import { type CalibrationPoint, pointsOf, verdictOf } from "./calibration";

const LEFT = 40;
const TOP = 12;
const SIDE = 300;
const TICKS = [0, 25, 50, 75, 100];

const x = (percent: number) => LEFT + (percent / 100) * SIDE;
const y = (percent: number) => TOP + SIDE - (percent / 100) * SIDE;

function Plot({ points }: { points: CalibrationPoint[] }) {
  const most = Math.max(...points.map((point) => point.trades));
  return (
    <svg className="calibration" viewBox={`0 0 ${LEFT + SIDE + 16} ${TOP + SIDE + 44}`} aria-hidden="true" focusable="false">
      {TICKS.map((tick) => (
        <g key={tick} className="grid">
          <line x1={x(tick)} x2={x(tick)} y1={y(0)} y2={y(100)} />
          <line x1={x(0)} x2={x(100)} y1={y(tick)} y2={y(tick)} />
          <text x={x(tick)} y={y(0) + 16} textAnchor="middle">
            {tick}
          </text>
          <text x={x(0) - 8} y={y(tick) + 4} textAnchor="end">
            {tick}
          </text>
        </g>
      ))}
      <text className="axis" x={x(50)} y={y(0) + 36} textAnchor="middle">
        Predicted confidence, %
      </text>
      <text className="axis" transform={`translate(10 ${y(50)}) rotate(-90)`} textAnchor="middle">
        Trades won, %
      </text>
      <line className="diagonal" x1={x(0)} y1={y(0)} x2={x(100)} y2={y(100)} />
      <polyline className="calibration-line" points={points.map(({ predicted, won }) => `${x(predicted)},${y(won)}`).join(" ")} />
      {points.map(({ name, predicted, won, trades }) => (
        <circle key={name} className="calibration-point" cx={x(predicted)} cy={y(won)} r={4 + 7 * Math.sqrt(trades / most)}>
          <title>{`${name} confident: ${won.toFixed(1)}% of ${counted(trades, "trade")} won`}</title>
        </circle>
      ))}
    </svg>
  );
}

/** Predicted confidence against how often trades won: on the diagonal, one is the other. */
export function Calibration({ buckets }: { buckets: CalibrationBucket[] }) {
  const points = pointsOf(buckets);
  return (
    <Panel title="Is confidence calibrated?" testId="calibration">
      {points.length === 0 ? (
        <Empty title="No trade has ended yet">The chart compares what signals promised with what their trades did.</Empty>
      ) : (
        <figure className="calibration-box">
          <Plot points={points} />
          <figcaption data-testid="calibration-verdict">{verdictOf(points)}</figcaption>
          <table className="visually-hidden">
            <caption>Trades won by confidence</caption>
            <tbody>
              {points.map(({ name, won, trades }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>
                    {won.toFixed(1)}% of {counted(trades, "trade")} won
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </figure>
      )}
    </Panel>
  );
}
