import type { Performance } from "../../../api/performanceTypes";
import { Panel } from "../../../ui/Panel";
import { EquityCurve } from "../../results/EquityCurve";
import { FigureCards } from "../../results/FigureCards";
import { MonthlyHeatmap } from "../../results/MonthlyHeatmap";
import type { Scope } from "../scope";
import { Breakdown } from "./Breakdown";
import { cards } from "./cards";
import { Distribution, HoldingTimes } from "./Distribution";
import { Drawdowns } from "./Drawdowns";
import { Excursions } from "./Excursions";
import { Rolling } from "./Rolling";
import { ByHour, ByWeekday, Stretches } from "./TimePanels";

interface FiguresTabProps {
  performance: Performance;
  scope: Scope;
  change: (part: Partial<Scope>) => void;
}

/** What the trades made, and how. */
export function FiguresTab({ performance: { figures, currency }, scope, change }: FiguresTabProps) {
  return (
    <>
      <FigureCards cards={cards(figures, currency)} label="Figures" />
      <Panel title="Equity" testId="equity">
        <EquityCurve points={figures.equity} currency={currency} />
      </Panel>
      <Panel title="Monthly returns" aside={<span className="muted">percent</span>}>
        <MonthlyHeatmap years={figures.monthly_returns} />
      </Panel>
      <Breakdown figures={figures} currency={currency} scope={scope} change={change} />
      <div className="pair">
        <Distribution figures={figures} currency={currency} />
        <Stretches figures={figures} currency={currency} />
        <ByHour figures={figures} currency={currency} />
        <ByWeekday figures={figures} currency={currency} />
        <Rolling rows={figures.rolling} />
        <Drawdowns drawdowns={figures.drawdowns} />
        <HoldingTimes figures={figures} />
        <Excursions excursions={figures.excursions} currency={currency} />
      </div>
    </>
  );
}
