import { AreaSeries, createChart, type ISeriesApi, type UTCTimestamp } from "lightweight-charts";
import { useEffect, useRef } from "react";

import type { EquityPoint } from "../api/types";
import { palette, useThemeTurn } from "../parts/chartTheme";
import { Empty, Panel } from "../parts/Panel";
import { money } from "../state/format";

/** One value a second, the latest of each, in order: what the chart takes. */
function series(points: EquityPoint[]) {
  const bySecond = new Map<number, number>();
  for (const point of points) bySecond.set(Math.floor(Date.parse(point.time) / 1000), Number(point.equity));
  return [...bySecond].sort(([a], [b]) => a - b).map(([time, value]) => ({ time: time as UTCTimestamp, value }));
}

export function EquityCurve({ points, currency }: { points: EquityPoint[]; currency: string }) {
  const box = useRef<HTMLDivElement>(null);
  const line = useRef<ISeriesApi<"Area"> | null>(null);
  const theme = useThemeTurn();
  const data = series(points);

  useEffect(() => {
    if (!box.current) return undefined;
    const colors = palette();
    const chart = createChart(box.current, { autoSize: true, ...colors.options });
    line.current = chart.addSeries(AreaSeries, {
      lineColor: colors.accent, topColor: `${colors.accent}55`, bottomColor: `${colors.accent}00`, lineWidth: 2,
      priceFormat: { type: "custom", minMove: 0.01, formatter: (value: number) => money(value, currency) },
    });
    return () => {
      line.current = null;
      chart.remove();
    };
  }, [currency, theme]);

  useEffect(() => {
    line.current?.setData(data);
  }, [data, theme, currency]);

  return (
    <Panel title="Equity" testId="equity-curve">
      {data.length < 2 && <Empty>The curve begins with the first trade.</Empty>}
      <div className="chart small" ref={box} />
    </Panel>
  );
}
