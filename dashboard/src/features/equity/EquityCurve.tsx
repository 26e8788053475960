import { BaselineSeries, createChart, type ISeriesApi, LineStyle, type UTCTimestamp } from "lightweight-charts";
import { useEffect, useMemo, useRef, useState } from "react";

import { money } from "../../lib/format";
import { liveEquity } from "../../lib/pnl";
import { useController, useDash } from "../../state/context";
import { chartOptions } from "../../ui/chartTheme";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/states";
import { color, useTheme } from "../../ui/theme";
import { dotsOf, maxDrawdown } from "./points";

const TAIL_MS = 1000;

/** Equity since the last reset, above and below where the account started; its end follows the quotes. */
export function EquityCurve() {
  const { store } = useController();
  const theme = useTheme();
  const points = useDash((state) => state.equity);
  const start = useDash((state) => Number(state.account?.initial_balance ?? 0));
  const currency = useDash((state) => state.account?.currency ?? "USD");
  const box = useRef<HTMLDivElement>(null);
  const series = useRef<ISeriesApi<"Baseline"> | null>(null);
  const [drawing, setDrawing] = useState(0);
  const dots = useMemo(() => dotsOf(points), [points]);

  useEffect(() => {
    if (box.current === null) return undefined;
    const options = chartOptions();
    const chart = createChart(box.current, { ...options, layout: { ...options.layout, attributionLogo: false } });
    const [up, down] = [color("up"), color("down")];
    series.current = chart.addSeries(BaselineSeries, {
      baseValue: { type: "price", price: start },
      topLineColor: up,
      topFillColor1: `${up}40`,
      topFillColor2: `${up}08`,
      bottomLineColor: down,
      bottomFillColor1: `${down}08`,
      bottomFillColor2: `${down}40`,
      lineWidth: 2,
      priceLineVisible: false,
      priceFormat: { type: "custom", minMove: 0.01, formatter: (value: number) => money(value, currency) },
    });
    series.current.createPriceLine({
      price: start,
      color: color("faint"),
      lineWidth: 1,
      lineStyle: LineStyle.Dotted,
      axisLabelVisible: false,
      title: "",
    });
    setDrawing((value) => value + 1);
    return () => {
      series.current = null;
      chart.remove();
    };
  }, [theme, start, currency]);

  useEffect(() => {
    const held = series.current;
    if (held === null) return undefined;
    held.setData(dots.map((dot) => ({ time: dot.time as UTCTimestamp, value: dot.value })));
    let newest = dots.at(-1)?.time ?? 0;
    const timer = window.setInterval(() => {
      const { account, open, quotes, connection } = store.get();
      const now = Math.floor(Date.now() / 1000);
      if (account === null || open.length === 0 || connection.state !== "live" || now < newest) return;
      newest = now;
      held.update({ time: now as UTCTimestamp, value: liveEquity(account, open, quotes) });
    }, TAIL_MS);
    return () => window.clearInterval(timer);
  }, [dots, drawing, store]);

  return (
    <Panel
      title="Equity"
      testId="equity-curve"
      className="area-equity"
      aside={dots.length > 1 && <span className="muted">Max drawdown {(maxDrawdown(dots) * 100).toFixed(2)}%</span>}
    >
      <div className="chart-box">
        <div ref={box} className="chart" role="img" aria-label={`Equity since the last reset, from ${money(start, currency)}`} />
        {dots.length === 0 && (
          <div className="chart-cover">
            <Empty title="No equity yet">The curve begins with the first trade.</Empty>
          </div>
        )}
      </div>
    </Panel>
  );
}
