import { useCallback, useMemo } from "react";

import { backtests } from "../../api/backtests";
import type { ComparedRun } from "../../api/backtestTypes";
import { Link } from "../../app/router";
import { Panel } from "../../ui/Panel";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { useLoaded } from "../../ui/useLoaded";
import { equityDots, grownDots } from "../results/curves";
import { EquityOverlay } from "../results/EquityOverlay";
import { bestOf, FIGURES, figureOf, inWords } from "../results/figureWords";

const nameOf = (run: ComparedRun) => run.name || `Backtest ${run.id}`;

function Figures({ runs }: { runs: ComparedRun[] }) {
  const rows = FIGURES.map((spec) => ({ spec, values: runs.map((run) => figureOf(run.figures, spec.name)) })).filter(({ values }) => values.some((value) => value !== null));
  return (
    <Panel title="Figures" aside={<span className="muted">★ the best of a row</span>}>
      <div className="table-box" role="group" tabIndex={0} aria-label="Figures side by side">
        <table className="table compare-table" data-testid="compare-table">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              {runs.map((run, index) => (
                <th key={run.id} scope="col" className="number">
                  <span className="curve-key">
                    <i className={`series-${index + 1}`} aria-hidden="true" />
                    <Link to={`/backtests/${run.id}`} className="clip">
                      {nameOf(run)}
                    </Link>
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ spec, values }) => {
              const best = bestOf(spec.name, values);
              return (
                <tr key={spec.name}>
                  <th scope="row" title={spec.help}>
                    {spec.label}
                  </th>
                  {values.map((value, index) => (
                    <td key={index} className={`number ${best.includes(index) ? "best" : ""}`}>
                      {best.includes(index) && (
                        <span className="best-mark" title="The best of the row">
                          <span aria-hidden="true">★</span>
                          <span className="visually-hidden">best </span>
                        </span>
                      )}{" "}
                      {inWords(spec.name, value, runs[index]?.currency ?? "USDT")}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** Runs beside each other: their equity in percent, and their figures. */
export function CompareView({ ids }: { ids: number[] }) {
  const key = ids.join(",");
  const get = useCallback(() => backtests.compare(key.split(",").map(Number)), [key]);
  const { data: runs, problem, reload } = useLoaded(get);
  const curves = useMemo(() => (runs ?? []).map((run) => ({ name: nameOf(run), dots: grownDots(equityDots(run.equity)) })), [runs]);
  if (problem !== null && runs === null) return <ErrorState title="The runs cannot be compared" message={problem} retry={reload} />;
  if (runs === null) return <Skeleton lines={12} />;
  if (runs.length === 0) return <Empty title="There is nothing to compare" />;
  return (
    <>
      <Panel title="Equity, percent" testId="compare-equity">
        <EquityOverlay curves={curves} />
      </Panel>
      <Figures runs={runs} />
    </>
  );
}
