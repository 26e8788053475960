import type { Figures } from "../../api/analyticsTypes";
import type { Query } from "../../api/http";
import { performance } from "../../api/performance";
import type { Performance } from "../../api/performanceTypes";
import { TRADE_FILTERS, type TradeFilter } from "./scope";
import { useAnswer } from "./useAnswer";

export type Choices = Record<TradeFilter, string[]>;

const GROUPS: Record<TradeFilter, "by_strategy" | "by_symbol" | "by_source" | "by_tag"> = {
  strategy: "by_strategy",
  symbol: "by_symbol",
  source: "by_source",
  tag: "by_tag",
};

export function choicesOf(figures: Figures | null): Choices {
  const keys = (name: TradeFilter) => (figures?.[GROUPS[name]] ?? []).map((group) => group.key).filter(Boolean).sort();
  return Object.fromEntries(TRADE_FILTERS.map((name) => [name, keys(name)])) as Choices;
}

/** What the trades can be narrowed to: known from the figures of all of them, which are asked for only where a filter hides them. */
export function useChoices(all: Query | null, narrowed: boolean, shown: Performance | null): Choices {
  const { data } = useAnswer(performance.figures, narrowed ? all : null);
  return choicesOf((narrowed ? data : shown)?.figures ?? null);
}
