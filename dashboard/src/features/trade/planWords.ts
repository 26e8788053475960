/** How a trade will end, as a person would say it. */

import type { TradeDetail, TradePlan } from "../../api/tradeTypes";
import { price, share, words } from "../../lib/format";
import { moment } from "../../lib/time";

const percent = (value: number) => `${Number(value.toFixed(4))}%`;

function behind({ kind, value, atr_period, distance }: NonNullable<TradePlan["trailing"]>, tick: number | undefined): string {
  switch (kind) {
    case "PERCENT":
      return percent(value);
    case "DISTANCE":
      return price(value, tick);
    case "ATR":
      return `${value} ATR(${atr_period})${distance === null ? "" : `, ${price(distance, tick)},`}`;
  }
}

function trailingWords(trailing: NonNullable<TradePlan["trailing"]>, tick: number | undefined): string {
  const steps = trailing.step_percent > 0 ? `, in steps of ${percent(trailing.step_percent)} of that` : "";
  const from = trailing.activation_percent > 0 ? `, once it has been at ${price(trailing.activation_price, tick)}` : "";
  return `The stop follows ${behind(trailing, tick)} behind the best price${from}${steps}.`;
}

/** A sentence for each part of the plan; those of a trade that is over are what it was. */
export function planWords(trade: TradeDetail, tick: number | undefined): string[] {
  const { trailing, break_even, targets = [] } = trade.exit_plan;
  const said: string[] = [];
  if (trailing) said.push(trailingWords(trailing, tick));
  if (break_even) {
    said.push(`Break-even: at ${price(break_even.trigger_price, tick)} the stop goes to ${price(break_even.stop_price, tick)}.`);
  }
  targets.forEach((target, index) => {
    const hit = index < trade.targets_hit ? " Reached." : "";
    const gain = target.percent > 0 ? ` (+${percent(target.percent)})` : "";
    said.push(`Target ${index + 1}: at ${price(target.price, tick)}${gain} it closes ${share(target.portion)}.${hit}`);
  });
  if (trade.time_exit_at !== null) said.push(`It closes at ${moment(trade.time_exit_at)} at the latest.`);
  return said;
}

/** Who watches the stop, and what moved it last. */
export function stopWords({ stop_loss, stop_held, stop_moved_by }: TradeDetail): string {
  if (stop_loss === null) return "It has no stop.";
  const holder = stop_held === "BROKER" ? "The broker holds the stop" : "Signalist watches the stop";
  const moved = stop_moved_by === "" || stop_moved_by === "ENTRY" ? "" : `; last moved by ${words(stop_moved_by).toLowerCase()}`;
  return `${holder}${moved}.`;
}
