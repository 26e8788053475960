import {
  AreaSeries,
  BaselineSeries,
  createChart,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type SeriesType,
  type UTCTimestamp,
} from "lightweight-charts";

import { chartOptions } from "../../ui/chartTheme";
import { color } from "../../ui/theme";
import type { Dot } from "../equity/points";

const at = (dots: Dot[]) => dots.map(({ time, value }) => ({ time: time as UTCTimestamp, value }));
const SPAN_OF_SECONDS = 3600;

/** What is to be drawn. One line fills above and below `base`; several are told apart by color. */
export interface Drawing {
  lines: Dot[][];
  base: number | null;
  /** Percent, 0 or less: drawn below, on the same times. */
  underwater: Dot[];
  format: (value: number) => string;
}

const percent = (value: number) => `${value.toFixed(1)}%`;

/** Lines over time, outside React. */
export class LineChart {
  private readonly chart: IChartApi;

  constructor(box: HTMLElement, drawing: Drawing, hover: (time: number | null) => void) {
    const options = chartOptions();
    const times = drawing.lines.flatMap((dots) => [dots[0]?.time, dots.at(-1)?.time].filter((time) => time !== undefined));
    const span = times.length ? Math.max(...times) - Math.min(...times) : 0;
    this.chart = createChart(box, {
      ...options,
      layout: {
        ...options.layout,
        attributionLogo: false,
        panes: { separatorColor: color("line-soft"), separatorHoverColor: color("line-soft"), enableResize: false },
      },
      timeScale: { ...options.timeScale, secondsVisible: span > 0 && span < SPAN_OF_SECONDS, rightOffset: 1, fixLeftEdge: true, fixRightEdge: true },
    });
    if (drawing.lines.length === 1) this.filled(drawing.lines[0] ?? [], drawing);
    else this.several(drawing);
    if (drawing.underwater.length > 0) this.below(drawing);
    this.chart.timeScale().fitContent();
    this.chart.subscribeCrosshairMove((param) => hover(param.time === undefined ? null : Number(param.time)));
  }

  private filled(dots: Dot[], { base, format }: Drawing): void {
    const [up, down] = [color("up"), color("down")];
    const series = this.chart.addSeries(BaselineSeries, {
      baseValue: { type: "price", price: base ?? dots[0]?.value ?? 0 },
      topLineColor: up,
      topFillColor1: `${up}40`,
      topFillColor2: `${up}08`,
      bottomLineColor: down,
      bottomFillColor1: `${down}08`,
      bottomFillColor2: `${down}40`,
      lineWidth: 2,
      priceLineVisible: false,
      priceFormat: { type: "custom", minMove: 0.01, formatter: format },
    });
    series.setData(at(dots));
    this.zero(series, base);
  }

  private several({ lines, base, format }: Drawing): void {
    let first: ISeriesApi<SeriesType> | null = null;
    lines.forEach((dots, index) => {
      const series = this.chart.addSeries(LineSeries, {
        color: color(`series-${(index % 5) + 1}`),
        lineWidth: 2,
        priceLineVisible: false,
        priceFormat: { type: "custom", minMove: 0.01, formatter: format },
      });
      series.setData(at(dots));
      first ??= series;
    });
    if (first !== null) this.zero(first, base);
  }

  private zero(series: ISeriesApi<SeriesType>, base: number | null): void {
    if (base === null) return;
    series.createPriceLine({ price: base, color: color("faint"), lineWidth: 1, lineStyle: LineStyle.Dotted, axisLabelVisible: false, title: "" });
  }

  private below({ underwater, lines }: Drawing): void {
    const down = color("down");
    const pane = lines.length === 0 ? 0 : 1;
    const series = this.chart.addSeries(
      AreaSeries,
      {
        lineColor: down,
        topColor: `${down}08`,
        bottomColor: `${down}40`,
        invertFilledArea: true,
        lineWidth: 1,
        priceLineVisible: false,
        priceFormat: { type: "custom", minMove: 0.01, formatter: percent },
      },
      pane,
    );
    series.setData(at(underwater));
    if (pane === 1) {
      this.chart.panes()[0]?.setStretchFactor(3);
      this.chart.panes()[1]?.setStretchFactor(1);
    }
  }

  remove(): void {
    this.chart.remove();
  }
}
