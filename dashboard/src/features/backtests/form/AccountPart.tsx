import type { AccountConfig, FillModel } from "../../../api/backtestTypes";
import { share } from "../../../lib/format";
import { Field, SwitchRow } from "../../../ui/Field";
import { Panel } from "../../../ui/Panel";
import { errorsAt } from "../../sessions/editor/errors";
import type { PartProps } from "./part";

interface Spec<T> {
  name: keyof T & string;
  label: string;
  hint: string;
  /** "fraction" is shown in percent beside the field. */
  unit?: string;
}

const ACCOUNT: Spec<AccountConfig>[] = [
  { name: "balance", label: "Balance", hint: "What it begins with.", unit: "money" },
  { name: "leverage", label: "Leverage", hint: "At most.", unit: "×" },
  { name: "max_position_size", label: "Maximum position size", hint: "A fraction of the balance, 0 to 1.", unit: "fraction" },
  { name: "max_open_trades", label: "Open trades", hint: "At most, at once." },
  { name: "min_confidence", label: "Minimum confidence", hint: "A fraction from 0 to 1. 0: any signal.", unit: "fraction" },
];

const FILLS: Spec<FillModel>[] = [
  { name: "commission_rate", label: "Commission", hint: "Of the notional, each side: 0.0005 is 0.05 %.", unit: "fraction" },
  { name: "slippage_bps", label: "Slippage", hint: "To our loss, in hundredths of a percent of the price.", unit: "bps" },
  { name: "volatility_multiple", label: "Slippage by volatility", hint: "So many times the 1-minute volatility, on top.", unit: "×" },
  { name: "latency_ms", label: "Latency", hint: "Until an order reaches the market.", unit: "ms" },
  { name: "partial_fill_probability", label: "Partial fills", hint: "How often an entry is filled in part, 0 to 1.", unit: "fraction" },
  { name: "partial_fill_minimum", label: "Least part", hint: "Of the size, 0 to 1.", unit: "fraction" },
  { name: "rejection_probability", label: "Rejections", hint: "How often an entry is refused, 0 to 1.", unit: "fraction" },
  { name: "seed", label: "Seed", hint: "The same seed draws the same fills." },
];

function unitOf(unit: string | undefined, value: string, currency: string): string | undefined {
  if (unit === "money") return currency;
  if (unit !== "fraction") return unit;
  const known = value.trim() !== "" && Number.isFinite(Number(value));
  return known && Number(value) > 0 && Number(value) < 0.01 ? `${Number((Number(value) * 100).toPrecision(3))}%` : known ? share(value) : undefined;
}

/** The account that is traded. */
export function AccountPart({ draft, errors, change }: PartProps) {
  const { account } = draft;
  const set = (name: keyof AccountConfig) => (value: string) => change({ account: { ...account, [name]: value } });
  return (
    <Panel title="Account" testId="backtest-account">
      {ACCOUNT.map(({ name, label, hint, unit }) => (
        <Field
          key={name}
          name={`account.${name}`}
          label={label}
          hint={hint}
          step="any"
          suffix={unitOf(unit, account[name], account.currency)}
          value={account[name]}
          errors={errorsAt(errors, `account.${name}`)}
          change={set(name)}
        />
      ))}
      <Field
        name="account.currency"
        label="Currency"
        hint="That amounts are in."
        type="text"
        value={account.currency}
        errors={errorsAt(errors, "account.currency")}
        change={set("currency")}
      />
    </Panel>
  );
}

/** How orders fill: as on a paper account. */
export function FillPart({ draft, errors, change }: PartProps) {
  const { fill } = draft;
  return (
    <Panel title="Fill model" testId="backtest-fills">
      {FILLS.map(({ name, label, hint, unit }) => (
        <Field
          key={name}
          name={`fill_model.${name}`}
          label={label}
          hint={hint}
          step="any"
          suffix={unitOf(unit, fill[name], "")}
          value={fill[name]}
          errors={errorsAt(errors, `fill_model.${name}`)}
          change={(value) => change({ fill: { ...fill, [name]: value } })}
        />
      ))}
      <SwitchRow
        name="worst_case"
        label="Assume the worst within a candle"
        hint="Where a stop that moved may have been hit inside a candle and need not have been, it was."
        checked={draft.worst_case}
        errors={errorsAt(errors, "worst_case")}
        change={(worst_case) => change({ worst_case })}
      />
    </Panel>
  );
}
