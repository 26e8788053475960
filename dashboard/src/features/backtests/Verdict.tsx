import type { KeyFigures } from "../../api/analyticsTypes";
import type { Backtest, Validation } from "../../api/backtestTypes";
import { share } from "../../lib/format";
import { moment } from "../../lib/time";
import { Panel } from "../../ui/Panel";
import { figureOf, inWords, specOf, toneOfFigure } from "../results/figureWords";
import { verdictWords } from "./verdicts";
import { currencyOf, paramsSaid } from "./words";

const BESIDE = ["core.roi_percent", "risk.sharpe", "risk.max_drawdown_percent", "core.profit_factor", "core.win_rate_percent", "core.trades"];

interface ProvedProps {
  backtest: Backtest;
  outside: NonNullable<Validation["out_of_sample"]>;
}

/** The best setting where it was chosen, beside where it was not. */
function Proved({ backtest, outside }: ProvedProps) {
  const currency = currencyOf(backtest.config);
  const maximize = backtest.search.maximize ?? "risk.sharpe";
  const names = [maximize, ...BESIDE.filter((name) => name !== maximize)];
  const cell = (figures: Partial<KeyFigures>, name: string) => {
    const value = figureOf(figures, name);
    return <td className={`number ${toneOfFigure(name, value) ?? ""}`}>{inWords(name, value, currency)}</td>;
  };
  return (
    <div className="table-box">
      <table className="table" data-testid="out-of-sample">
        <caption className="visually-hidden">The best setting in sample and out of sample</caption>
        <thead>
          <tr>
            <th scope="col">Best setting</th>
            <th scope="col" className="number">
              In sample
            </th>
            <th scope="col" className="number" title={`${moment(outside.start)} to ${moment(outside.end)}`}>
              Out of sample
            </th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{specOf(name).label}</th>
              {cell(backtest.figures, name)}
              {cell(outside.figures as Partial<KeyFigures>, name)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Whether the best of a sweep is more than luck, in words. */
export function Verdict({ backtest }: { backtest: Backtest }) {
  const validation: Partial<Validation> = backtest.validation ?? {};
  const { deflated_sharpe: sharpe = null, pbo = null, trials = backtest.total, best, out_of_sample: outside } = validation;
  const { badge, tone, advice } = verdictWords(validation.verdict);
  return (
    <Panel title="Luck or skill" testId="verdict" aside={<span className={`badge big ${tone}`}>{badge}</span>}>
      <div className={outside ? "result-columns" : undefined}>
        <div className="luck">
          {best && (
            <p>
              Best of {trials.toLocaleString("en-US")}: <b data-testid="best-setting">{paramsSaid(best.params)}</b>
            </p>
          )}
          <p data-testid="verdict-said">
            {advice} {validation.message && <span className="muted">{validation.message}</span>}
          </p>
          <dl className="pairs">
            <div>
              <dt>Deflated Sharpe ratio</dt>
              <dd>
                {sharpe === null ? "–" : share(sharpe)}
                <small className="muted">How sure it is that the best beats the luck of as many tries. 95% and more convinces.</small>
              </dd>
            </div>
            <div>
              <dt>Probability of overfitting</dt>
              <dd>
                {pbo === null ? "–" : share(pbo)}
                <small className="muted">How often the best on one half of the time was below the middle on the other. 50% is a coin’s.</small>
              </dd>
            </div>
          </dl>
        </div>
        {outside && <Proved backtest={backtest} outside={outside} />}
      </div>
    </Panel>
  );
}
