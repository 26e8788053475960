import { type ChartOptions, ColorType, CrosshairMode, type DeepPartial, type Time, TickMarkType } from "lightweight-charts";

import { color } from "./theme";

const two = (value: number) => String(value).padStart(2, "0");

/** Chart times are epoch seconds UTC; people read their own clock. */
export function localTime(time: Time): string {
  const then = new Date(Number(time) * 1000);
  return `${then.toLocaleDateString("en-CA")} ${two(then.getHours())}:${two(then.getMinutes())}:${two(then.getSeconds())}`;
}

function localTick(time: Time, type: TickMarkType): string {
  const then = new Date(Number(time) * 1000);
  switch (type) {
    case TickMarkType.Year:
      return String(then.getFullYear());
    case TickMarkType.Month:
      return then.toLocaleDateString("en-US", { month: "short" });
    case TickMarkType.DayOfMonth:
      return then.toLocaleDateString("en-US", { month: "short", day: "numeric" });
    case TickMarkType.Time:
      return `${two(then.getHours())}:${two(then.getMinutes())}`;
    case TickMarkType.TimeWithSeconds:
      return `${two(then.getHours())}:${two(then.getMinutes())}:${two(then.getSeconds())}`;
  }
}

/** Options that both charts share, in the colors of the present theme. */
export function chartOptions(): DeepPartial<ChartOptions> {
  const line = color("line-soft");
  return {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: color("panel") },
      textColor: color("muted"),
      fontFamily: getComputedStyle(document.body).fontFamily,
      fontSize: 11,
    },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    crosshair: {
      mode: CrosshairMode.Normal,
      vertLine: { color: color("faint"), labelBackgroundColor: color("faint") },
      horzLine: { color: color("faint"), labelBackgroundColor: color("faint") },
    },
    rightPriceScale: { borderColor: line, scaleMargins: { top: 0.12, bottom: 0.08 } },
    timeScale: { borderColor: line, timeVisible: true, secondsVisible: true, tickMarkFormatter: localTick, rightOffset: 4 },
    localization: { locale: "en-US", timeFormatter: localTime },
    handleScale: { axisPressedMouseMove: { price: true, time: true } },
  };
}
