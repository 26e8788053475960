import { useCallback, useState } from "react";

import { backtests } from "../../api/backtests";
import type { Backtest, Trial } from "../../api/backtestTypes";
import type { Page } from "../../api/types";
import { figure } from "../../lib/format";
import { Pager } from "../../ui/Pager";
import { Panel } from "../../ui/Panel";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import type { KeyFigures } from "../../api/analyticsTypes";
import { figureOf, inWords, specOf, toneOfFigure } from "../results/figureWords";
import { pathLabel } from "./form/space";
import { StatusBadge } from "./StatusBadge";
import { usePolled } from "./usePolled";
import { currencyOf, isActive } from "./words";

const LENGTH = 10;
const FIGURES = ["core.total_pnl", "risk.max_drawdown_percent", "core.trades"];
const never = () => false;
const always = () => true;

interface RowProps {
  trial: Trial;
  names: string[];
  maximize: string;
  currency: string;
  walks: boolean;
}

function Row({ trial, names, maximize, currency, walks }: RowProps) {
  return (
    <tr role="row" data-testid="trial-row">
      <th role="rowheader" scope="row" className="cell-title">
        #{trial.number + 1}
        {walks && (
          <small className="muted">
            {" "}
            fold {trial.fold + 1}
          </small>
        )}
      </th>
      {names.map((name) => (
        <td key={name} role="cell" data-label={pathLabel(name)} className="number">
          {figure(trial.params[name])}
        </td>
      ))}
      <td role="cell" data-label={specOf(maximize).label} className="number">
        {trial.status === "DONE" ? <b>{inWords(maximize, trial.score, currency)}</b> : <StatusBadge status={trial.status} />}
      </td>
      {FIGURES.map((name) => {
        const value = figureOf(trial.figures as Partial<KeyFigures>, name);
        return (
          <td key={name} role="cell" data-label={specOf(name).label} className={`number ${toneOfFigure(name, value) ?? ""}`}>
            {inWords(name, value, currency)}
          </td>
        );
      })}
    </tr>
  );
}

function Rows({ page, names, maximize, currency, walks }: Omit<RowProps, "trial"> & { page: Page<Trial> }) {
  const heads = [...names.map(pathLabel), specOf(maximize).label, ...FIGURES.map((name) => specOf(name).label)];
  return (
    <div className="table-box">
      <table className="table cards" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">
              Trial
            </th>
            {heads.map((name, index) => (
              <th key={index} role="columnheader" scope="col" className="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {page.results.map((trial) => (
            <Row key={trial.number} trial={trial} names={names} maximize={maximize} currency={currency} walks={walks} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Every setting that was tried, the best first. */
export function TrialsTable({ backtest }: { backtest: Backtest }) {
  const { id, kind, status, search, config } = backtest;
  const [offset, setOffset] = useState(0);
  const get = useCallback(() => backtests.trials(id, { sample: "in", order: "-score", limit: LENGTH, offset }), [id, offset]);
  const { data: page, problem, reload } = usePolled(get, isActive(status) ? always : never, 3000);
  const maximize = search.maximize ?? "risk.sharpe";
  return (
    <Panel title="Trials" count={page?.count} testId="trials" aside={<span className="muted">in sample, by {specOf(maximize).label}</span>}>
      {page === null ? (
        problem !== null ? (
          <ErrorState title="The trials cannot be loaded" message={problem} retry={reload} />
        ) : (
          <Skeleton lines={6} />
        )
      ) : page.results.length === 0 ? (
        <Empty title="No trial yet" />
      ) : (
        <Rows page={page} names={Object.keys(search.space ?? {})} maximize={maximize} currency={currencyOf(config)} walks={kind === "WALK_FORWARD"} />
      )}
      {page !== null && <Pager count={page.count} offset={offset} length={LENGTH} words={["Back", "Next"]} go={setOffset} />}
    </Panel>
  );
}
