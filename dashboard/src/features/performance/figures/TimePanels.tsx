import { useState } from "react";

import type { Figures } from "../../../api/analyticsTypes";
import { Panel } from "../../../ui/Panel";
import { Segments } from "../Segments";
import { Columns } from "./Columns";
import { hourColumns, type Stretch, stretchColumns, weekdayColumns } from "./times";

const STRETCHES: { value: Stretch; label: string }[] = [
  { value: "daily", label: "Days" },
  { value: "weekly", label: "Weeks" },
  { value: "monthly", label: "Months" },
];

interface PanelProps {
  figures: Figures;
  currency: string;
}

/** P&L of each day, week or month. */
export function Stretches({ figures, currency }: PanelProps) {
  const [stretch, setStretch] = useState<Stretch>("daily");
  return (
    <Panel title="P&L over time" aside={<Segments label="By" options={STRETCHES} value={stretch} choose={setStretch} testId="stretch" />}>
      <Columns columns={stretchColumns(figures, stretch, currency)} label="P&L over time" ticks="start" room={12} testId="stretch-chart" />
    </Panel>
  );
}

export function ByHour({ figures, currency }: PanelProps) {
  return (
    <Panel title="By hour" aside={<span className="muted">of entry, UTC</span>}>
      <Columns columns={hourColumns(figures.by_hour, currency)} label="P&L by hour of entry, UTC" testId="hour-chart" />
    </Panel>
  );
}

export function ByWeekday({ figures, currency }: PanelProps) {
  return (
    <Panel title="By weekday" aside={<span className="muted">of entry, UTC</span>}>
      <Columns columns={weekdayColumns(figures.by_weekday, currency)} label="P&L by weekday of entry, UTC" testId="weekday-chart" />
    </Panel>
  );
}
