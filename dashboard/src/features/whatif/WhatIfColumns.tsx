import { useMemo } from "react";

import type { WhatIf, WhatIfColumn } from "../../api/backtestTypes";
import { words } from "../../lib/format";
import { equityDots, grownDots } from "../results/curves";
import { EquityOverlay } from "../results/EquityOverlay";
import { figureOf, inWords, specOf, toneOfFigure } from "../results/figureWords";

const COLUMNS = [
  { name: "recorded", label: "Recorded", help: "What happened." },
  { name: "replayed", label: "Replayed", help: "The same signals over stored candles, by the session’s own rules." },
  { name: "changed", label: "Changed", help: "The same signals, by the rules above." },
] as const;

const FIGURES = [
  "core.total_pnl",
  "core.roi_percent",
  "risk.max_drawdown_percent",
  "risk.sharpe",
  "core.profit_factor",
  "core.win_rate_percent",
  "core.trades",
  "core.expectancy",
  "core.worst_trade",
  "core.fees",
  "activity.exposure_percent",
];

/** How far the changed rules moved a figure, against the replay of the session's own. */
function moveOf(name: string, replayed: number | null, changed: number | null): { value: number; good: boolean | null } | null {
  if (replayed === null || changed === null || replayed === changed) return null;
  const { better } = specOf(name);
  const size = name === "risk.max_drawdown_percent" ? Math.abs(changed) - Math.abs(replayed) : changed - replayed;
  return { value: size, good: better === undefined ? null : better === "more" ? size > 0 : size < 0 };
}

function FigureRow({ name, result, currency }: { name: string; result: WhatIf; currency: string }) {
  const { label, help } = specOf(name);
  const move = moveOf(name, figureOf(result.replayed.figures, name), figureOf(result.changed.figures, name));
  return (
    <tr>
      <th scope="row" title={help}>
        {label}
      </th>
      {COLUMNS.map((column) => {
        const value = figureOf(result[column.name].figures, name);
        return (
          <td key={column.name} className={`number ${toneOfFigure(name, value) ?? ""}`} data-testid={`whatif-${column.name}-${name}`}>
            {inWords(name, value, currency)}
          </td>
        );
      })}
      <td className={`number ${move?.good === true ? "up" : move?.good === false ? "down" : "muted"}`}>
        {move === null ? "–" : `${move.value > 0 ? "▲" : "▼"} ${inWords(name, Math.abs(move.value), currency).replace("+", "")}`}
      </td>
    </tr>
  );
}

/** Which gates refused how often, in each column. */
function blockedRows(result: WhatIf): { gate: string; counts: number[] }[] {
  const columns: WhatIfColumn[] = COLUMNS.map(({ name }) => result[name]);
  const gates = [...new Set(columns.flatMap((column) => Object.keys(column.blocked)))];
  return gates.map((gate) => ({ gate, counts: columns.map((column) => column.blocked[gate] ?? 0) })).sort((a, b) => (b.counts[2] ?? 0) - (a.counts[2] ?? 0));
}

function CountRow({ label, counts }: { label: string; counts: number[] }) {
  const [, replayed = 0, changed = 0] = counts;
  return (
    <tr>
      <th scope="row">{label}</th>
      {counts.map((count, index) => (
        <td key={index} className="number">
          {count.toLocaleString("en-US")}
        </td>
      ))}
      <td className="number muted">{changed === replayed ? "–" : `${changed > replayed ? "▲" : "▼"} ${Math.abs(changed - replayed).toLocaleString("en-US")}`}</td>
    </tr>
  );
}

/** What happened, what the replay makes of it, and what other rules would have: beside each other. */
export function WhatIfColumns({ result, currency }: { result: WhatIf; currency: string }) {
  const curves = useMemo(() => COLUMNS.map(({ name, label }) => ({ name: label, dots: grownDots(equityDots(result[name].equity)) })), [result]);
  return (
    <>
      <EquityOverlay curves={curves} testId="whatif-equity" />
      <div className="table-box" role="group" tabIndex={0} aria-label="Figures side by side">
        <table className="table whatif-table" data-testid="whatif-table">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              {COLUMNS.map(({ name, label, help }, index) => (
                <th key={name} scope="col" className="number" title={help}>
                  <span className="curve-key">
                    <i className={`series-${index + 1}`} aria-hidden="true" />
                    {label}
                  </span>
                </th>
              ))}
              <th scope="col" className="number" title="Changed against replayed">
                Difference
              </th>
            </tr>
          </thead>
          <tbody>
            {FIGURES.map((name) => (
              <FigureRow key={name} name={name} result={result} currency={currency} />
            ))}
            <CountRow label="Signals" counts={COLUMNS.map(({ name }) => result[name].signals)} />
            <CountRow label="Approved" counts={COLUMNS.map(({ name }) => result[name].approved)} />
            {blockedRows(result).map(({ gate, counts }) => (
              <CountRow key={gate} label={`Blocked: ${words(gate).toLowerCase()}`} counts={counts} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
