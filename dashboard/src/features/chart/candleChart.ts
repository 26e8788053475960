import {
  type AutoscaleInfo,
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  LineStyle,
  LineType,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";

import type { Bar } from "../../api/types";
import { tickDecimals } from "../../lib/format";
import { chartOptions } from "../../ui/chartTheme";
import { color } from "../../ui/theme";
import type { Level, Mark, Trail } from "./markers";

const at = (seconds: number) => seconds as UTCTimestamp;
/** Above this many marks, words would cover the candles. */
const WORDY = 16;

/** The candlestick chart, outside React: it is told what changed, and draws it. */
export class CandleChart {
  private readonly chart: IChartApi;
  private readonly series: ISeriesApi<"Candlestick">;
  private readonly markers: ISeriesMarkersPluginApi<Time>;
  private lines: IPriceLine[] = [];
  private levels: Level[] = [];
  private trails: ISeriesApi<"Line">[] = [];
  private trailed: number[] = [];
  last: Bar | null = null;
  first: number | null = null;

  constructor(box: HTMLElement, tick: number | undefined, hover: (bar: Bar | null) => void) {
    this.chart = createChart(box, chartOptions());
    const [up, down] = [color("up"), color("down")];
    const precision = tick ? tickDecimals(tick) : 4;
    this.series = this.chart.addSeries(CandlestickSeries, {
      upColor: up,
      downColor: down,
      wickUpColor: up,
      wickDownColor: down,
      borderVisible: false,
      priceLineColor: color("muted"),
      priceFormat: { type: "price", precision, minMove: 10 ** -precision },
      autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => this.reach(original()),
    });
    this.markers = createSeriesMarkers(this.series, []);
    this.chart.subscribeCrosshairMove((param) => {
      const bar = param.seriesData.get(this.series) as Omit<Bar, "time"> | undefined;
      hover(bar && param.time !== undefined ? { ...bar, time: Number(param.time) } : null);
    });
  }

  setBars(bars: Bar[], keepView: boolean): void {
    const view = keepView ? this.chart.timeScale().getVisibleLogicalRange() : null;
    this.series.setData(bars.map((bar) => ({ ...bar, time: at(bar.time) })));
    this.first = bars[0]?.time ?? null;
    this.last = bars.at(-1) ?? null;
    if (view === null) this.chart.timeScale().setVisibleLogicalRange({ from: bars.length - 120, to: bars.length + 4 });
  }

  /** Move or append the newest candle; the chart takes none that is older. */
  update(bar: Bar): void {
    if (this.last !== null && bar.time < this.last.time) return;
    this.first ??= bar.time;
    this.last = bar;
    this.series.update({ ...bar, time: at(bar.time) });
  }

  setMarks(marks: Mark[]): void {
    const wordy = marks.length <= WORDY;
    this.markers.setMarkers(marks.map((mark) => this.marker(mark, wordy)));
  }

  private marker({ time, kind, trade, label }: Mark, wordy: boolean): SeriesMarker<Time> {
    const long = trade.direction === "LONG";
    if (kind === "entry") {
      return {
        time: at(time),
        position: long ? "belowBar" : "aboveBar",
        shape: long ? "arrowUp" : "arrowDown",
        color: color("accent"),
        ...(wordy ? { text: long ? "Long" : "Short" } : {}),
      };
    }
    if (kind === "part") {
      const text = wordy && label !== undefined ? { text: label } : {};
      return { time: at(time), position: long ? "aboveBar" : "belowBar", shape: "circle", color: color("warn"), size: 0.7, ...text };
    }
    return {
      time: at(time),
      position: long ? "aboveBar" : "belowBar",
      shape: "circle",
      color: color(Number(trade.realized_pnl) >= 0 ? "up" : "down"),
      ...(wordy ? { text: trade.realized_pnl_formatted } : {}),
    };
  }

  setLevels(levels: Level[]): void {
    for (const line of this.lines) this.series.removePriceLine(line);
    this.levels = levels;
    const tokens = { entry: "accent", stop: "down", target: "up" } as const;
    this.lines = levels.map(({ price, kind, title }) =>
      this.series.createPriceLine({
        price,
        title,
        color: color(tokens[kind]),
        lineWidth: 1,
        lineStyle: kind === "entry" ? LineStyle.Dotted : LineStyle.Dashed,
        axisLabelVisible: true,
      }),
    );
  }

  /** Levels as they were moved, in steps. */
  setTrails(trails: Trail[]): void {
    for (const line of this.trails) this.chart.removeSeries(line);
    this.trailed = trails.flatMap(({ points }) => points.flatMap(({ price }) => price ?? []));
    this.trails = trails.map(({ kind, points }) => {
      const line = this.chart.addSeries(LineSeries, {
        color: color(kind === "stop" ? "down" : "up"),
        lineWidth: 2,
        lineType: LineType.WithSteps,
        lastValueVisible: false,
        priceLineVisible: false,
        crosshairMarkerVisible: false,
        autoscaleInfoProvider: () => null,
      });
      line.setData(points.map(({ time, price }) => (price === null ? { time: at(time) } : { time: at(time), value: price })));
      return line;
    });
  }

  showAll(): void {
    this.chart.timeScale().fitContent();
  }

  /** Keep stops and targets in sight while that does not flatten the candles; where they were may take more room. */
  private reach(info: AutoscaleInfo | null): AutoscaleInfo | null {
    if (info?.priceRange == null) return info;
    const { minValue, maxValue } = info.priceRange;
    const near = (prices: number[], share: number) => {
      const room = (maxValue - minValue) * share;
      return prices.filter((value) => value > minValue - room && value < maxValue + room);
    };
    const seen = [...near(this.levels.map((level) => level.price), 0.75), ...near(this.trailed, 1.5)];
    return { ...info, priceRange: { minValue: Math.min(minValue, ...seen), maxValue: Math.max(maxValue, ...seen) } };
  }

  remove(): void {
    this.chart.remove();
  }
}
