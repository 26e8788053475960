import "../../styles/results.css";

import { type ReactNode, useEffect, useRef, useState } from "react";

import { useTheme } from "../../ui/theme";
import { type Drawing, LineChart } from "./lineChart";

interface ChartFrameProps {
  /** The same object for as long as nothing changes. */
  drawing: Drawing;
  /** In words, what the chart shows. */
  label: string;
  /** What is told of a time (epoch seconds; null: of the end) over the chart. */
  legend: (time: number | null) => ReactNode;
  testId?: string | undefined;
  className?: string;
}

/** A line chart with its legend, made anew with the theme. */
export function ChartFrame({ drawing, label, legend, testId, className = "" }: ChartFrameProps) {
  const theme = useTheme();
  const box = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  useEffect(() => {
    if (box.current === null) return undefined;
    const made = new LineChart(box.current, drawing, setHovered);
    return () => made.remove();
  }, [theme, drawing]);
  return (
    <div className={`result-chart ${className}`} data-testid={testId}>
      <div className="result-legend" aria-hidden="true">
        {legend(hovered)}
      </div>
      <div className="chart-box">
        <div ref={box} className="chart" role="img" aria-label={label} />
      </div>
    </div>
  );
}
