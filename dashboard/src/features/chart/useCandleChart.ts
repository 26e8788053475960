import { type RefObject, useEffect, useRef, useState } from "react";

import type { Bar } from "../../api/types";
import { afterTick } from "../../lib/candles";
import { useController } from "../../state/context";
import { useTheme } from "../../ui/theme";
import { CandleChart } from "./candleChart";
import type { CandleData } from "./useCandles";

interface Charted {
  venue: string;
  symbol: string;
  tick: number | undefined;
  timeframe: string;
  data: CandleData | null;
  /** Whether the newest candle moves with the market. */
  follows?: boolean;
  /** Whether all candles are shown at first, in place of the newest. */
  whole?: boolean;
}

interface Drawn {
  /** For the element that the chart is drawn in. */
  box: RefObject<HTMLDivElement | null>;
  chart: RefObject<CandleChart | null>;
  /** Rises when there is a new chart to draw upon. */
  drawing: number;
  hovered: Bar | null;
  newest: Bar | null;
}

/** A chart of the candles that are given, moved by the market's quotes; made anew with the theme. */
export function useCandleChart(charted: Charted): Drawn {
  const { venue, symbol, tick, timeframe, data, follows = true, whole = false } = charted;
  const controller = useController();
  const theme = useTheme();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<CandleChart | null>(null);
  const drawn = useRef<string | null>(null);
  const [drawing, setDrawing] = useState(0);
  const [hovered, setHovered] = useState<Bar | null>(null);
  const [newest, setNewest] = useState<Bar | null>(null);

  useEffect(() => {
    if (box.current === null) return undefined;
    const made = new CandleChart(box.current, tick, setHovered);
    chart.current = made;
    drawn.current = null;
    setDrawing((value) => value + 1);
    return () => {
      chart.current = null;
      made.remove();
    };
  }, [theme, tick]);

  useEffect(() => {
    if (chart.current === null || data === null) return undefined;
    const held = chart.current;
    held.setBars(data.bars, drawn.current === data.key);
    if (whole && drawn.current !== data.key) held.showAll();
    drawn.current = data.key;
    setNewest(held.last);
    if (!follows) return undefined;
    return controller.market.on((frame) => {
      if (frame.type === "quotes") {
        const quote = frame.quotes.find((item) => item.venue === venue && item.symbol === symbol);
        const next = quote && afterTick(held.last, quote.last, quote.time, timeframe);
        if (next) held.update(next);
      } else if (frame.venue === venue && frame.symbol === symbol && frame.timeframe === timeframe) {
        held.update(frame.candle);
      }
      setNewest(held.last);
    });
  }, [data, drawing, controller, venue, symbol, timeframe, follows, whole]);

  return { box, chart, drawing, hovered, newest };
}
