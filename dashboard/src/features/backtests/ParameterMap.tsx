import { useCallback, useMemo, useState } from "react";

import { backtests } from "../../api/backtests";
import type { Backtest, Heatmap } from "../../api/backtestTypes";
import { Panel } from "../../ui/Panel";
import { Select } from "../../ui/Select";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { inWords, specOf } from "../results/figureWords";
import { pathLabel } from "./form/space";
import { HeatGrid, HeatRows } from "./HeatGrid";
import { usePolled } from "./usePolled";
import { currencyOf, isActive } from "./words";

const OTHERS = ["core.total_pnl", "core.roi_percent", "risk.sharpe", "risk.max_drawdown_percent", "core.profit_factor", "core.win_rate_percent", "core.trades"];
const foldsOf = (count: number) => Array.from({ length: count }, (_, fold) => ({ value: String(fold), label: `Fold ${fold + 1}` }));
const never = () => false;
const always = () => true;

function Shown({ map, name, currency, listed }: { map: Heatmap; name: string; currency: string; listed: boolean }) {
  const format = (value: number | null) => inWords(name, value, currency);
  if (map.cells.every((row) => row.every((value) => value === null))) return <Empty title="No trial has this figure yet" />;
  return listed ? <HeatRows map={map} figure={specOf(name).label} format={format} /> : <HeatGrid map={map} name={name} format={format} />;
}

/** How the result moves with the settings: hills are to be trusted, single peaks are not. */
export function ParameterMap({ backtest }: { backtest: Backtest }) {
  const { id, kind, search, config, status } = backtest;
  const paths = useMemo(() => Object.keys(search.space ?? {}), [search.space]);
  const [x, setX] = useState(paths[0] ?? "");
  const [y, setY] = useState(paths[1] ?? paths[0] ?? "");
  const [figure, setFigure] = useState("score");
  const [fold, setFold] = useState("0");
  const [listed, setListed] = useState(false);
  const get = useCallback(() => backtests.heatmap(id, { x, y, figure, fold }), [id, x, y, figure, fold]);
  const { data: map, problem, reload } = usePolled(get, isActive(status) ? always : never, 3000);
  if (paths.length === 0) return null;
  const maximize = search.maximize ?? "risk.sharpe";
  const axes = paths.map((value) => ({ value, label: pathLabel(value) }));
  const figures = [
    { value: "score", label: `${specOf(maximize).label} (score)` },
    ...OTHERS.filter((name) => name !== maximize).map((value) => ({ value, label: specOf(value).label })),
  ];
  return (
    <Panel
      title="Parameter map"
      testId="parameter-map"
      aside={
        <div className="filters">
          <Select label="Across" value={x} options={axes} choose={setX} testId="map-x" />
          {paths.length > 1 && <Select label="Down" value={y} options={axes} choose={setY} testId="map-y" />}
          <Select label="Figure" value={figure} options={figures} choose={setFigure} testId="map-figure" />
          {kind === "WALK_FORWARD" && <Select label="Fold" value={fold} options={foldsOf(search.folds ?? 1)} choose={setFold} testId="map-fold" />}
          <button type="button" className="chip-button" aria-pressed={listed} data-testid="map-listed" onClick={() => setListed(!listed)}>
            As a list
          </button>
        </div>
      }
    >
      {map === null ? (
        problem !== null ? (
          <ErrorState title="The map cannot be loaded" message={problem} retry={reload} />
        ) : (
          <Skeleton lines={6} />
        )
      ) : (
        <Shown map={map} name={figure === "score" ? maximize : figure} currency={currencyOf(config)} listed={listed} />
      )}
      {paths.length > 2 && <p className="panel-text muted">Each cell is the best over the other settings.</p>}
    </Panel>
  );
}
