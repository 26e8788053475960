import { useState } from "react";

import type { Figures } from "../../../api/analyticsTypes";
import { money } from "../../../lib/format";
import { duration } from "../../../lib/time";
import { Panel } from "../../../ui/Panel";
import { Histogram } from "../../results/Histogram";
import { Segments } from "../Segments";

type Of = "pnl" | "r";

const OPTIONS: { value: Of; label: string }[] = [
  { value: "pnl", label: "P&L" },
  { value: "r", label: "R multiple" },
];

/** How the results of single trades are spread. */
export function Distribution({ figures: { distribution, core }, currency }: { figures: Figures; currency: string }) {
  const [of, setOf] = useState<Of>("pnl");
  const signed = (value: number | null) => money(value, currency, true);
  return (
    <Panel title="Distribution" testId="distribution" aside={<Segments label="Of" options={OPTIONS} value={of} choose={setOf} testId="distribution" />}>
      {of === "pnl" ? (
        <Histogram buckets={distribution.pnl} label="Trades by P&L" format={signed} signed unit="trades" testId="pnl-histogram" />
      ) : (
        <Histogram buckets={distribution.r} label="Trades by R multiple" format={(value) => `${Number(value.toFixed(2))} R`} signed unit="trades" testId="r-histogram" />
      )}
      <p className="panel-foot muted">
        {of === "pnl"
          ? `Best ${signed(core.best_trade)}, worst ${signed(core.worst_trade)}; average win ${signed(core.average_win)}, average loss ${signed(core.average_loss)}.`
          : "In multiples of what a trade risked to its first stop. Trades without one are left out."}
      </p>
    </Panel>
  );
}

/** How long trades were held. */
export function HoldingTimes({ figures: { distribution, activity } }: { figures: Figures }) {
  return (
    <Panel title="Holding time" testId="holding" aside={<span className="muted">median {duration(activity.median_holding_seconds)}</span>}>
      <Histogram buckets={distribution.holding} label="Trades by holding time" format={duration} even unit="trades" testId="holding-histogram" />
    </Panel>
  );
}
