import type { TradeDetail } from "../api/tradeTypes";
import { closedTrade, decision, trade } from "./samples";

/** Open, trailing, with its first of two targets reached. */
export const openDetail: TradeDetail = {
  ...trade,
  session: 2,
  closed_quantity: "0.25",
  initial_stop: "1990",
  stop_loss: "1996",
  take_profit: "2040",
  stop_moved_by: "TRAIL",
  time_exit_at: null,
  mae: null,
  mae_formatted: null,
  mfe: null,
  mfe_formatted: null,
  slippage: "0.01",
  slippage_formatted: "$0.01",
  funding: "-0.03",
  funding_formatted: "-$0.03",
  r_multiple: 0.4,
  exit_plan: {
    trailing: { kind: "PERCENT", value: 1, activation_percent: 0, step_percent: 10, atr_period: 14, distance: null, activation_price: 2000, step: 0.1 },
    break_even: { trigger_percent: 0.5, offset_percent: 0.05, trigger_price: 2010, stop_price: 2001 },
    targets: [
      { percent: 1, portion: 0.5, price: 2020 },
      { percent: 2, portion: 0.5, price: 2040 },
    ],
    time_exit_minutes: null,
  },
  targets_hit: 1,
  level_changes: [
    { time: "2026-01-05T10:00:03Z", stop_loss: "1990", take_profit: "2020", moved_by: "ENTRY" },
    { time: "2026-01-05T10:00:31Z", stop_loss: "1993", take_profit: "2020", moved_by: "TRAIL" },
    { time: "2026-01-05T10:00:33Z", stop_loss: "1996", take_profit: "2040", moved_by: "TARGET" },
  ],
  fills: [
    { time: "2026-01-05T10:00:03Z", side: "BUY", purpose: "ENTRY", quantity: "0.5", price: "2000", commission: "0.4", slippage: "0.01" },
    { time: "2026-01-05T10:00:33Z", side: "SELL", purpose: "EXIT", quantity: "0.25", price: "2020", commission: "0.1", slippage: "0" },
  ],
  decision: { ...decision, verdict: "APPROVED", trade: 7 },
  notes: "",
  tags: ["breakout"],
  rating: null,
  links: ["https://example.org/chart.png", "javascript:alert(1)"],
};

export const closedDetail: TradeDetail = {
  ...openDetail,
  ...closedTrade,
  closed_quantity: "0.5",
  mae: "-1.2",
  mae_formatted: "-$1.20",
  mfe: "11",
  mfe_formatted: "+$11.00",
  r_multiple: 2,
  fills: [
    ...openDetail.fills,
    { time: "2026-01-05T10:01:00Z", side: "SELL", purpose: "EXIT", quantity: "0.25", price: "2020", commission: "0.1", slippage: "0" },
  ],
};
