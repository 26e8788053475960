import type { ExcursionFigures } from "../../../api/analyticsTypes";
import { money } from "../../../lib/format";
import { Panel } from "../../../ui/Panel";
import { Empty } from "../../../ui/states";
import { BarList } from "../../results/BarList";

const inR = (value: number | null | undefined) => (value == null ? undefined : `${value.toFixed(2)} R`);

/** How far trades went for and against themselves before they ended. */
export function Excursions({ excursions, currency }: { excursions: ExcursionFigures; currency: string }) {
  const { average_mae: worst, average_mfe: best, average_mae_r, average_mfe_r, edge_ratio: edge } = excursions;
  if (worst === null && best === null) {
    return (
      <Panel title="Excursions" testId="excursions">
        <Empty title="No excursion known">It is taken while a trade is open.</Empty>
      </Panel>
    );
  }
  const items = [
    { key: "mfe", label: "Best (MFE)", value: Math.abs(best ?? 0), text: money(best, currency, true), note: inR(average_mfe_r), tone: "up" as const },
    { key: "mae", label: "Worst (MAE)", value: -Math.abs(worst ?? 0), text: money(worst, currency, true), note: inR(average_mae_r), tone: "down" as const },
  ];
  return (
    <Panel title="Excursions" testId="excursions" aside={<span className="muted">averages of a trade</span>}>
      <BarList items={items} label="Average excursions" />
      <p className="panel-foot muted" data-testid="edge-ratio">
        {edge === null
          ? "No trade went against itself."
          : `Edge ratio ${edge.toFixed(2)}: trades went ${edge >= 1 ? "further for themselves than against" : "further against themselves than for"}.`}
      </p>
    </Panel>
  );
}
