import type {
  Backtest,
  BacktestOptions,
  BacktestRow,
  BacktestTrade,
  ComparedRun,
  Heatmap,
  NewBacktest,
  Trial,
  WhatIf,
  WhatIfRequest,
} from "./backtestTypes";
import { query, type Query, request } from "./http";
import type { Bar, Page } from "./types";

export type ExportType = "csv" | "parquet" | "html" | "pdf";

/** Apart from the rest of the API, so that it is loaded with the pages that need it. */
export const backtests = {
  list: (filters: Query, signal?: AbortSignal) =>
    request<Page<BacktestRow>>("GET", `/backtests/${query(filters)}`, signal ? { signal } : {}),
  options: () => request<BacktestOptions>("GET", "/backtests/options/"),
  create: (body: NewBacktest, key: string) => request<Backtest>("POST", "/backtests/", { body, key }),
  get: (id: number) => request<Backtest>("GET", `/backtests/${id}/`),
  remove: (id: number) => request<undefined>("DELETE", `/backtests/${id}/`),
  cancel: (id: number, key: string) => request<Backtest>("POST", `/backtests/${id}/cancel/`, { key }),
  resume: (id: number, key: string) => request<Backtest>("POST", `/backtests/${id}/resume/`, { key }),
  trades: (id: number, filters: Query) => request<Page<BacktestTrade>>("GET", `/backtests/${id}/trades/${query(filters)}`),
  trials: (id: number, filters: Query) => request<Page<Trial>>("GET", `/backtests/${id}/trials/${query(filters)}`),
  heatmap: (id: number, axes: Query) => request<Heatmap>("GET", `/backtests/${id}/heatmap/${query(axes)}`),
  candles: (id: number, range: Query) =>
    request<{ candles: Bar[]; timeframe: string }>("GET", `/backtests/${id}/candles/${query(range)}`),
  compare: (ids: number[]) =>
    request<{ runs: ComparedRun[] }>("GET", `/backtests/compare/${query({ ids: ids.join(",") })}`).then((data) => data.runs),
  /** Where the browser gets it as a file. */
  exportPath: (id: number, type: ExportType, of?: "equity") => `/api/backtests/${id}/export/${query({ type, of })}`,
  whatIf: (body: WhatIfRequest) => request<WhatIf>("POST", "/whatif/", { body }),
};
