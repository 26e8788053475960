import type { Account, AccountSettings } from "../../api/types";
import { share } from "../../lib/format";

export type NumberField = "min_signal_confidence" | "max_position_size" | "max_open_trades";
export type SwitchField = "auto_trading_enabled" | "auto_trade_spot" | "auto_trade_futures";

interface NumberSpec {
  name: NumberField;
  label: string;
  hint: string;
  step: string;
  /** What the entry means, in other words. */
  read?: (value: string) => string;
}

const asPercent = (value: string) => (value.trim() !== "" && Number.isFinite(Number(value)) ? share(value) : "");

export const NUMBERS: NumberSpec[] = [
  {
    name: "min_signal_confidence",
    label: "Minimum signal confidence",
    hint: "Signals below it are rejected. A fraction from 0 to 1.",
    step: "0.01",
    read: asPercent,
  },
  {
    name: "max_position_size",
    label: "Maximum position size",
    hint: "Of the balance, at full confidence. A fraction from 0 to 1.",
    step: "0.01",
    read: asPercent,
  },
  { name: "max_open_trades", label: "Maximum open trades", hint: "Further signals are rejected until one closes.", step: "1" },
];

export const SWITCHES: { name: SwitchField; label: string; hint: string }[] = [
  { name: "auto_trading_enabled", label: "Auto-trading", hint: "Approved signals become trades. Off, open trades are still managed." },
  { name: "auto_trade_spot", label: "Trade spot signals", hint: "" },
  { name: "auto_trade_futures", label: "Trade futures signals", hint: "" },
];

export type Edits = Partial<Record<NumberField, string> & Record<SwitchField, boolean>>;

/** A number as the server holds it, without trailing zeros: "0.7000" is "0.7". */
export function shownNumber(account: Account, name: NumberField): string {
  const text = String(account[name]);
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

/** What was edited into something other than the account has. */
export function changesOf(account: Account, edits: Edits): Partial<AccountSettings> {
  const changes: Partial<AccountSettings> = {};
  for (const { name } of NUMBERS) {
    const value = edits[name];
    if (value !== undefined && value !== shownNumber(account, name)) changes[name] = value;
  }
  for (const { name } of SWITCHES) {
    const value = edits[name];
    if (value !== undefined && value !== account[name]) changes[name] = value;
  }
  return changes;
}
