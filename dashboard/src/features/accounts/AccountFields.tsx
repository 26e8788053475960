import { useId } from "react";

import type { Broker, Mode } from "../../api/brokerTypes";
import type { FieldErrors } from "../../api/http";
import { TIMEFRAMES } from "../../lib/candles";
import { FieldErrorText } from "../../ui/Field";
import { TextField } from "../../ui/TextField";
import { type More, symbolsOf } from "./newAccount";

interface AccountFieldsProps {
  mode: Mode;
  /** Whose account it is to be; on paper, and before keys are chosen, none. */
  broker: Broker | undefined;
  values: More;
  errors: FieldErrors;
  change: (values: More) => void;
}

function leverageHint(mode: Mode, broker: Broker | undefined): string {
  const what = "How many times its margin a trade may be worth. Left empty, 1.";
  if (mode === "PAPER" || broker === undefined) return `${what} 50 at most.`;
  return broker.maxLeverage === null ? `${broker.name} trades spot only: it is 1.` : `${what} ${broker.name} gives ${broker.maxLeverage} at most.`;
}

function symbolsHint(broker: Broker | undefined): string {
  const name = broker?.name ?? "the broker";
  const example = broker?.supportedPairs.slice(0, 3).join(", ");
  return `As ${name} writes them, with commas between${example ? `: ${example}` : ""}. Each built-in strategy gets a session for them; left empty, none.`;
}

/** An item of a list is blamed by its number, which nobody counts: it stands with the list. */
function errorsOf(errors: FieldErrors, name: string): string[] | undefined {
  const found = Object.entries(errors).filter(([field]) => field === name || field.startsWith(`${name}.`));
  return found.length ? found.flatMap(([, messages]) => messages) : undefined;
}

function TimeframeField({ mode, values, errors, change }: AccountFieldsProps) {
  const id = useId();
  const start = mode === "LIVE" ? "With real money they are stopped until you start them." : "They run at once.";
  return (
    <div className="field">
      <label htmlFor={id}>Timeframe</label>
      <select
        id={id}
        value={values.timeframe}
        aria-describedby={`${id}-hint`}
        data-testid="field-timeframe"
        onChange={(event) => change({ ...values, timeframe: event.target.value })}
      >
        {Object.keys(TIMEFRAMES).map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <small id={`${id}-hint`}>The candles that the strategies look at. {start}</small>
      <FieldErrorText id={`${id}-error`} errors={errorsOf(errors, "timeframe")} />
    </div>
  );
}

/** What a new account may be told beside its name: money in every mode, sessions at a broker. */
export function AccountFields(props: AccountFieldsProps) {
  const { mode, broker, values, errors, change } = props;
  const currency = mode === "PAPER" ? "Left empty, USD." : "Of the balances there. Left empty, the one that holds the money.";
  return (
    <>
      <TextField
        name="currency"
        label="Currency"
        hint={currency}
        maxLength={10}
        value={values.currency}
        errors={errorsOf(errors, "currency")}
        onChange={(event) => change({ ...values, currency: event.target.value.toUpperCase() })}
      />
      <TextField
        name="leverage"
        label="Leverage"
        hint={leverageHint(mode, broker)}
        inputMode="decimal"
        value={values.leverage}
        errors={errorsOf(errors, "leverage")}
        onChange={(event) => change({ ...values, leverage: event.target.value })}
      />
      {mode !== "PAPER" && (
        <>
          <TextField
            name="symbols"
            label="Symbols"
            hint={symbolsHint(broker)}
            value={values.symbols}
            errors={errorsOf(errors, "symbols")}
            onChange={(event) => change({ ...values, symbols: event.target.value })}
          />
          {symbolsOf(values).length > 0 && <TimeframeField {...props} />}
        </>
      )}
    </>
  );
}
