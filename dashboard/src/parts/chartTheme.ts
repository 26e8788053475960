import type { DeepPartial, ChartOptions } from "lightweight-charts";
import { useEffect, useState } from "react";

function variable(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export interface Palette {
  up: string;
  down: string;
  accent: string;
  options: DeepPartial<ChartOptions>;
}

/** The charts' colours, read from the page's own. */
export function palette(): Palette {
  const line = variable("--line");
  return {
    up: variable("--up"),
    down: variable("--down"),
    accent: variable("--accent"),
    options: {
      layout: { background: { color: "transparent" }, textColor: variable("--muted"), attributionLogo: false },
      grid: { vertLines: { color: line }, horzLines: { color: line } },
      rightPriceScale: { borderColor: line },
      timeScale: { borderColor: line, timeVisible: true, secondsVisible: true },
    },
  };
}

/** Counts the changes of theme. */
export function useThemeTurn(): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const next = () => setTurn((value) => value + 1);
    window.addEventListener("themechange", next);
    return () => window.removeEventListener("themechange", next);
  }, []);
  return turn;
}
