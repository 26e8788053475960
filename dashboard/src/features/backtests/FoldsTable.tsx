import type { KeyFigures } from "../../api/analyticsTypes";
import type { Backtest, Fold, Stretch } from "../../api/backtestTypes";
import { signedPercent } from "../../lib/format";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/states";
import { figureOf, inWords, specOf, toneOfFigure } from "../results/figureWords";
import { verdictWords } from "./verdicts";
import { currencyOf, paramsSaid } from "./words";

const day = (iso: string) => iso.slice(0, 10);

interface FigureCellProps {
  label: string;
  name: string;
  value: number | null;
  currency: string;
}

function FigureCell({ label, name, value, currency }: FigureCellProps) {
  return (
    <td role="cell" data-label={label} className={`number ${toneOfFigure(name, value) ?? ""}`}>
      {inWords(name, value, currency)}
    </td>
  );
}

const roi = ({ figures }: Stretch) => figureOf(figures as Partial<KeyFigures>, "core.roi_percent");

interface RowProps {
  fold: Fold;
  maximize: string;
  currency: string;
  columns: string[];
}

function Row({ fold: { fold, params, inside, outside, overfitting }, maximize, currency, columns }: RowProps) {
  const { badge, tone, advice } = verdictWords(overfitting.verdict);
  const [first = "", second = "", third = "", fourth = ""] = columns;
  return (
    <tr role="row" data-testid="fold-row">
      <th role="rowheader" scope="row" className="cell-title cell-backtest">
        <b>Fold {fold + 1}</b>
        <small className="muted" title={`Chosen on ${day(inside.start)} to ${day(inside.end)}`}>
          proved {day(outside.start)} to {day(outside.end)}
        </small>
      </th>
      <td role="cell" data-label="Best setting">
        {paramsSaid(params)}
      </td>
      <FigureCell label={first} name={maximize} value={inside.score} currency={currency} />
      <FigureCell label={second} name={maximize} value={outside.score} currency={currency} />
      <FigureCell label={third} name="core.roi_percent" value={roi(inside)} currency={currency} />
      <FigureCell label={fourth} name="core.roi_percent" value={roi(outside)} currency={currency} />
      <td role="cell" data-label="Luck or skill">
        <span className={`badge ${tone}`} title={overfitting.message ?? advice}>
          {badge}
        </span>
      </td>
    </tr>
  );
}

/** How much of what was found in sample was earned out of sample, in words. */
function efficiencySaid(percent: number | null | undefined): string {
  if (percent === null || percent === undefined) return "Nothing was earned in sample, so that there is nothing to hold up.";
  const judged = percent >= 50 ? "that is what holds up: half and more" : percent > 0 ? "less than half: much of what was found was chance" : "none of what was found held";
  return `Walk-forward efficiency ${signedPercent(percent, 0).replace("+", "")}: the rate of profit out of sample by that in sample; ${judged}.`;
}

/** What was chosen on each stretch, and what it made of the next one. */
export function FoldsTable({ backtest: { validation, search, config } }: { backtest: Backtest }) {
  const folds = validation?.folds ?? [];
  const maximize = search.maximize ?? "risk.sharpe";
  const { label } = specOf(maximize);
  const columns = [`${label} in sample`, `${label} out of sample`, "Return in sample", "Return out of sample"];
  return (
    <Panel title="Folds" count={folds.length} testId="folds" aside={<span className="muted">chosen in sample, proved out of sample</span>}>
      {folds.length === 0 ? (
        <Empty title="No fold has come to an end" />
      ) : (
        <>
          <p className="panel-text" data-testid="efficiency">
            {efficiencySaid(validation?.efficiency_percent)}
          </p>
          <div className="table-box">
            <table className="table cards" role="table">
              <thead role="rowgroup">
                <tr role="row">
                  {["Fold", "Best setting"].map((name) => (
                    <th key={name} role="columnheader" scope="col">
                      {name}
                    </th>
                  ))}
                  {columns.map((name) => (
                    <th key={name} role="columnheader" scope="col" className="number">
                      {name}
                    </th>
                  ))}
                  <th role="columnheader" scope="col">
                    Luck or skill
                  </th>
                </tr>
              </thead>
              <tbody role="rowgroup">
                {folds.map((fold) => (
                  <Row key={fold.fold} fold={fold} maximize={maximize} currency={currencyOf(config)} columns={columns} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Panel>
  );
}
