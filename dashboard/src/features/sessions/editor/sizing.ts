/** How large a trade is to be: the methods, the figures that each reads, and the formula in words. */

import type { Sizing, SizingMethod } from "../../../api/sessionTypes";
import { words } from "../../../lib/format";

export type SizingField = Exclude<keyof Sizing, "method">;

interface Method {
  name: SizingMethod;
  label: string;
  formula: string;
  fields: SizingField[];
}

export const METHODS: Method[] = [
  {
    name: "CONFIDENCE",
    label: "By confidence",
    formula: "Worth = balance × the account's maximum position size × the signal's confidence.",
    fields: [],
  },
  { name: "FIXED", label: "Fixed stake", formula: "Worth = the amount, every time.", fields: ["amount"] },
  { name: "PERCENT", label: "Share of the balance", formula: "Worth = balance × percent.", fields: ["percent"] },
  {
    name: "RISK",
    label: "Risk to the stop",
    formula: "Size = balance × percent ÷ the loss of one unit at the stop, so that the stop costs that share of the balance.",
    fields: ["percent"],
  },
  {
    name: "VOLATILITY",
    label: "Volatility",
    formula: "Size = balance × percent ÷ ATR, so that one average range against the trade costs that share of the balance.",
    fields: ["percent", "atr_period"],
  },
  {
    name: "KELLY",
    label: "Fractional Kelly",
    formula:
      "Size = balance × share ÷ the loss of one unit at the stop. Share = fraction × (W − (1 − W) ÷ R): W is the win rate and R average win ÷ average loss of the session’s own last trades. Never above percent, which is taken while there are too few trades.",
    fields: ["fraction", "percent", "sample", "minimum"],
  },
];

export function methodOf(name: SizingMethod): Method {
  return METHODS.find((method) => method.name === name) ?? (METHODS[0] as Method);
}

export function methodLabel(name: string): string {
  return METHODS.find((method) => method.name === name)?.label ?? words(name);
}

export function fieldsOf(name: SizingMethod): SizingField[] {
  return methodOf(name).fields;
}

interface FieldWords {
  label: string;
  help: string;
  /** Beside the field; "money" stands for the account's currency. */
  unit: string;
}

export const SIZING_FIELDS: Record<SizingField, FieldWords> = {
  amount: { label: "Amount", help: "What a trade is worth at its entry.", unit: "money" },
  percent: { label: "Percent", help: "Of the balance.", unit: "%" },
  atr_period: { label: "ATR period", help: "How many candles the average range is taken over.", unit: "candles" },
  fraction: { label: "Kelly fraction", help: "0.5 is half Kelly.", unit: "×" },
  sample: { label: "Trades looked at", help: "The session's last ones.", unit: "trades" },
  minimum: { label: "Least trades", help: "With fewer, the percent is taken.", unit: "trades" },
};
