import type { Simulation } from "../../../api/performanceTypes";
import { money, share } from "../../../lib/format";
import { Panel } from "../../../ui/Panel";
import { Fan } from "../../results/Fan";
import { FigureCards } from "../../results/FigureCards";
import { Histogram } from "../../results/Histogram";

const UNLIKELY = 0.01;
const FEW = 30;

const percent = (value: number) => `${Math.abs(value).toFixed(1)}%`;

/** What came of the paths. */
export function Outcome({ result, ruin }: { result: Simulation; ruin: string }) {
  const { currency, final, drawdown, fan, start, recorded, trades, trades_recorded, paths } = result;
  const amount = (value: number) => money(value, currency);
  const tone = (value: number) => (value < start ? ("down" as const) : ("up" as const));
  const latest = trades_recorded > trades ? ` (the latest of ${trades_recorded.toLocaleString("en-US")})` : "";
  return (
    <>
      <FigureCards
        label="Monte Carlo"
        cards={[
          {
            label: "Probability of ruin",
            value: share(result.ruin_probability),
            tone: result.ruin_probability > UNLIKELY ? "down" : undefined,
            note: `down to ${ruin}% of the start`,
            testId: "ruin",
          },
          { label: "Probability of loss", value: share(result.loss_probability), note: "an end below the start" },
          { label: "Median end", value: amount(final.p50), tone: tone(final.p50) },
          { label: "One in twenty ends below", value: amount(final.p5), tone: tone(final.p5) },
          { label: "One in twenty ends above", value: amount(final.p95), tone: tone(final.p95) },
          { label: "Median drawdown", value: percent(drawdown.p50), note: `it was ${percent(recorded.drawdown)}` },
          { label: "One in twenty falls deeper than", value: percent(drawdown.p95) },
        ]}
      />
      <div className="pair">
        <Panel title="Equity over the trades" aside={<span className="muted">{paths.toLocaleString("en-US")} paths</span>}>
          <Fan fan={fan} start={start} format={amount} label={`Equity over ${trades} trades`} testId="fan" />
          <p className="panel-foot muted" data-testid="montecarlo-recorded">
            {trades.toLocaleString("en-US")} trades{latest} from {amount(start)}; what they really came to is {amount(recorded.final)}.
            {trades < FEW && " So few trades say little about those to come."}
          </p>
        </Panel>
        <Panel title="Deepest fall of each path" aside={<span className="muted">percent of the peak</span>}>
          <Histogram buckets={result.drawdown_histogram} label="Paths by their deepest fall" format={percent} unit="paths" testId="drawdown-histogram" />
        </Panel>
      </div>
    </>
  );
}
