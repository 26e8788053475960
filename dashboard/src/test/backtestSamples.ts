import type { Figures } from "../api/analyticsTypes";
import type { Backtest, BacktestOptions, BacktestTrade, Heatmap, Trial, WhatIf, WhatIfColumn } from "../api/backtestTypes";

const core = {
  trades: 42,
  wins: 24,
  losses: 18,
  win_rate_percent: 57.14,
  total_pnl: 312.4,
  roi_percent: 3.124,
  profit_factor: 1.42,
  expectancy: 7.44,
  payoff: 1.07,
  average_win: 44.1,
  average_loss: -41.4,
  best_trade: 120.5,
  worst_trade: -88.2,
  gross_profit: 1058.4,
  gross_loss: -746,
  fees: 84.2,
  slippage: 12.1,
  funding: 0,
  average_r: 0.21,
  expectancy_r: 0.21,
};

const risk = {
  sharpe: 1.84,
  sortino: 2.61,
  calmar: 3.2,
  cagr_percent: 44.1,
  volatility_percent: 21.3,
  max_drawdown_percent: 4.25,
  max_drawdown_amount: 432.1,
  max_drawdown_start: "2022-01-10T00:00:00Z",
  max_drawdown_bottom: "2022-01-14T00:00:00Z",
  max_drawdown_end: null,
  max_drawdown_seconds: 345_600,
  recovery_seconds: null,
  current_drawdown_percent: 0.4,
  value_at_risk_percent: 1.1,
  ulcer_index: 1.9,
};

const activity = {
  trades_per_day: 1.4,
  exposure_percent: 18.2,
  average_holding_seconds: 5400,
  median_holding_seconds: 3600,
  longest_winning_streak: 6,
  longest_losing_streak: 4,
  current_streak: 2,
  first_trade: "2022-01-01T03:00:00Z",
  last_trade: "2022-01-31T20:00:00Z",
};

const group = (key: string, pnl: number, trades: number) => ({
  key,
  trades,
  wins: Math.round(trades / 2),
  pnl,
  win_rate_percent: 50,
  profit_factor: 1.2,
  average_trade: pnl / trades,
  fees: 1,
});

export const figures: Figures = {
  core,
  risk,
  activity,
  excursions: { average_mae: -20, average_mfe: 31, edge_ratio: 1.5 },
  by_symbol: [group("BTCUSDT", 312.4, 42)],
  by_strategy: [group("ema_cross", 312.4, 42)],
  by_source: [],
  by_tag: [],
  by_direction: [group("LONG", 400, 22), group("SHORT", -87.6, 20)],
  by_exit_reason: [group("TAKE_PROFIT", 1058.4, 24), group("STOP_LOSS", -746, 18)],
  by_hour: [],
  by_weekday: [],
  daily: [],
  weekly: [],
  monthly: [],
  monthly_returns: [{ year: 2022, months: [3.12, -1.4, null, null, null, null, null, null, null, null, null, null], total_percent: 1.68 }],
  equity: [
    { time: "2022-01-01T00:00:00Z", equity: 10_000, balance: 10_000, drawdown_percent: 0 },
    { time: "2022-01-14T00:00:00Z", equity: 9_880, balance: 9_880, drawdown_percent: 4.25 },
    { time: "2022-01-31T00:00:00Z", equity: 10_312.4, balance: 10_312.4, drawdown_percent: 0 },
  ],
  drawdowns: [],
  rolling: [],
  distribution: {
    pnl: { edges: [-100, -50, 0, 50, 100], counts: [4, 14, 18, 6] },
    r: { edges: [], counts: [] },
    holding: { edges: [0, 60, 300, 900], counts: [2, 10, 30] },
  },
};

export const backtest: Backtest = {
  id: 7,
  name: "EMA in January",
  kind: "RUN",
  status: "DONE",
  config: { strategies: [{ name: "ema_cross", params: { fast: 9, slow: 21 } }], account: { balance: 10_000, currency: "USDT" } },
  data: { venue: "binance", symbols: ["BTCUSDT"], timeframe: "1m", start: "2022-01-01T00:00:00Z", end: "2022-02-01T00:00:00Z", detail_timeframe: null },
  search: {},
  done: 1,
  total: 1,
  error: "",
  figures,
  result: { signals: 60, approved: 42, failed: 0, blocked: { max_open_trades: 12, min_confidence: 6 } },
  validation: {},
  gaps: [
    {
      symbol: "BTCUSDT",
      timeframe: "1m",
      rows: 44_627,
      first: "2022-01-01T00:00:00Z",
      last: "2022-01-31T23:59:00Z",
      missing: 13,
      gaps: 2,
      longest: { start: "2022-01-10T10:00:00Z", end: "2022-01-10T10:09:00Z", missing: 10 },
      where: [],
      late: 0,
      early: 0,
    },
  ],
  created_at: "2026-01-05T10:00:00Z",
  started_at: "2026-01-05T10:00:01Z",
  finished_at: "2026-01-05T10:00:03Z",
};

export const running: Backtest = { ...backtest, id: 8, kind: "SWEEP", status: "RUNNING", name: "Sweep", done: 12, total: 80, figures: {}, result: {}, gaps: [], finished_at: null };

const stretch = { start: "2022-01-24T00:00:00Z", end: "2022-02-01T00:00:00Z", score: 0.4, figures: { core: { ...core, roi_percent: -0.8 }, risk: { ...risk, sharpe: 0.4 } } };

export const sweep: Backtest = {
  ...backtest,
  id: 9,
  kind: "SWEEP",
  name: "",
  done: 4,
  total: 4,
  search: { method: "grid", space: { "strategies.0.params.fast": { low: 5, high: 10, step: 5 }, "strategies.0.params.slow": { low: 20, high: 40, step: 20 } }, maximize: "risk.sharpe", trials: 4, out_of_sample_percent: 25, folds: 1 },
  validation: {
    deflated_sharpe: 0.31,
    pbo: 0.62,
    trials: 4,
    verdict: "likely luck",
    message: "Likely luck: only 31 % sure.",
    best: { number: 3, params: { "strategies.0.params.fast": 10, "strategies.0.params.slow": 40 }, score: 1.84 },
    out_of_sample: stretch,
  },
};

export const walkForward: Backtest = {
  ...sweep,
  id: 10,
  kind: "WALK_FORWARD",
  name: "Walk",
  search: { ...sweep.search, folds: 2 },
  validation: {
    efficiency_percent: 63.4,
    folds: [0, 1].map((fold) => ({
      fold,
      params: { "strategies.0.params.fast": 5 + fold * 5, "strategies.0.params.slow": 40 },
      inside: { ...stretch, score: 1.9 },
      outside: { ...stretch, score: 0.4 - fold },
      overfitting: { deflated_sharpe: 0.97, pbo: 0.1, trials: 4, verdict: "holds up" as const, message: "Holds up." },
    })),
  },
};

export const runTrade: BacktestTrade = {
  number: 1,
  symbol: "BTCUSDT",
  strategy: "ema_cross",
  direction: "LONG",
  opened_at: "2022-01-01T03:00:00Z",
  closed_at: "2022-01-01T04:30:00Z",
  quantity: 0.021,
  entry_price: 46_210.5,
  exit_price: 46_672.6,
  initial_stop: 45_979.4,
  exit_reason: "TAKE_PROFIT",
  pnl: 9.21,
  fees: 0.97,
  slippage: 0.1,
  funding: 0,
  mae: -2.1,
  mfe: 10.4,
  r: 1.9,
  confidence: 0.8,
  parts: 1,
};

export const trial: Trial = {
  number: 3,
  fold: 0,
  sample: "in",
  params: { "strategies.0.params.fast": 10, "strategies.0.params.slow": 40 },
  score: 1.84,
  status: "DONE",
  figures: { core, risk },
  error: "",
};

export const heatmap: Heatmap = {
  x: { name: "strategies.0.params.fast", values: [5, 10] },
  y: { name: "strategies.0.params.slow", values: [20, 40] },
  cells: [
    [0.4, null],
    [-0.2, 1.84],
  ],
};

export const options: BacktestOptions = {
  strategies: [
    {
      name: "ema_cross",
      title: "EMA cross",
      description: "Long when the fast average crosses the slow one.",
      schema: {
        properties: {
          fast: { type: "integer", default: 9, minimum: 2, maximum: 400, description: "Bars of the fast EMA." },
          slow: { type: "integer", default: 21, minimum: 3, maximum: 500, description: "Bars of the slow EMA." },
        },
      },
    },
  ],
  series: [
    { venue: "binance", symbol: "BTCUSDT", timeframe: "1m", rows: 44_627, start: "2022-01-01T00:00:00Z", end: "2022-01-31T23:59:00Z", missing: 13, gaps: 2 },
    { venue: "binance", symbol: "BTCUSDT", timeframe: "1h", rows: 744, start: "2022-01-01T00:00:00Z", end: "2022-01-31T23:00:00Z", missing: 0, gaps: 0 },
    { venue: "binance", symbol: "ETHUSDT", timeframe: "1h", rows: 744, start: "2022-01-01T00:00:00Z", end: "2022-01-31T23:00:00Z", missing: 0, gaps: 0 },
  ],
  figures: ["risk.sharpe", "core.total_pnl"],
  trial_figures: ["score", "risk.sharpe", "core.total_pnl"],
};

const column: WhatIfColumn = { figures: { core, risk, activity }, equity: figures.equity, blocked: { max_open_trades: 12 }, approved: 42, signals: 60 };

const taken = { taken: true, refused_by: null, quantity: 0.5, entry_price: 2000, exit_price: 1990, exit_reason: "STOP_LOSS", pnl: -5.2, closed_at: "2026-01-05T10:05:00Z" };

export const whatIf: WhatIf = {
  currency: "USD",
  start: "2026-01-05T10:00:00Z",
  end: "2026-01-05T18:00:00Z",
  timeframe: "1m",
  detail_timeframe: null,
  missing_candles: 0,
  waiting: 0,
  left_out: {},
  versions: 1,
  strayed: 3,
  differences_total: 1,
  recorded: column,
  replayed: column,
  changed: { ...column, figures: { core: { ...core, total_pnl: 512.4, fees: 60 }, risk: { ...risk, max_drawdown_percent: 6.5 }, activity }, blocked: { max_open_trades: 30 }, approved: 24 },
  differences: [
    {
      signal: "s-1",
      decision: 3,
      time: "2026-01-05T10:00:00Z",
      symbol: "SIM-JUMP",
      direction: "LONG",
      strategy: "razor",
      source: "STRATEGY",
      fields: ["taken"],
      recorded: { ...taken, pnl: 9.21, exit_reason: "TAKE_PROFIT" },
      replayed: taken,
      changed: { ...taken, taken: false, refused_by: "max_open_trades", quantity: null, pnl: null, exit_reason: null, closed_at: null },
    },
  ],
};
