import { useState } from "react";

import type { MonteCarloMethod } from "../../api/analyticsTypes";
import { performance } from "../../api/performance";
import type { Simulation } from "../../api/performanceTypes";
import { Field } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { useOnce } from "../../ui/useOnce";
import { Outcome } from "../performance/montecarlo/Outcome";

const METHODS: { value: MonteCarloMethod; label: string; note: string }[] = [
  { value: "bootstrap", label: "Redraw the trades", note: "Blocks of trades are drawn again and again: what else such trades might have brought." },
  { value: "shuffle", label: "Shuffle the trades", note: "The same trades in another order: how deep the fall might have been." },
  { value: "skip", label: "Miss some trades", note: "Some are missed at random: how much hangs on a few of them." },
];

interface Asked {
  method: MonteCarloMethod;
  paths: string;
  block: string;
  skip_percent: string;
  slippage_shock_percent: string;
  ruin_percent: string;
}

const USUAL: Asked = { method: "bootstrap", paths: "10000", block: "10", skip_percent: "10", slippage_shock_percent: "0", ruin_percent: "50" };

/** What might have come of the same trades with other luck. */
export function MonteCarloPanel({ id }: { id: number }) {
  const [asked, setAsked] = useState<Asked>(USUAL);
  const [result, setResult] = useState<{ ruin: string; found: Simulation } | null>(null);
  const send = useOnce(async () => {
    const { method, ...texts } = asked;
    const numbers = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Number(text)]));
    const found = await performance.monteCarlo({ source: "backtest", id, method, ...(numbers as Record<keyof typeof texts, number>) });
    setResult({ ruin: texts.ruin_percent, found });
  });
  const errors = send.problem?.fields ?? {};
  const set = (name: keyof Asked) => (value: string) => {
    send.clear();
    setAsked((now) => ({ ...now, [name]: value }));
  };
  const number = (name: Exclude<keyof Asked, "method">, label: string, hint: string, suffix?: string) => (
    <Field name={`montecarlo.${name}`} label={label} hint={hint} step="any" suffix={suffix} value={asked[name]} errors={errors[name]} change={set(name)} />
  );
  const method = METHODS.find((item) => item.value === asked.method);
  return (
    <Panel title="Monte Carlo" testId="montecarlo">
      <form
        noValidate
        className="montecarlo-form"
        onSubmit={(event) => {
          event.preventDefault();
          send.run();
        }}
      >
        <div className="field-row">
          <div>
            <label htmlFor="montecarlo-method">Method</label>
            <small>{method?.note}</small>
          </div>
          <select id="montecarlo-method" value={asked.method} data-testid="montecarlo-method" onChange={(event) => set("method")(event.target.value)}>
            {METHODS.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </div>
        {number("paths", "Paths", "How many lives it is given.")}
        {asked.method === "bootstrap" && number("block", "Block", "Trades that are drawn together, so that streaks stay streaks.")}
        {asked.method === "skip" && number("skip_percent", "Trades missed", "Of all, at random.", "%")}
        {number("slippage_shock_percent", "Extra slippage", "Of each trade’s size, at most.", "%")}
        {number("ruin_percent", "Ruin", "Down to this share of the start.", "%")}
        <div className="form-foot">
          <button type="submit" className="button primary" disabled={send.busy} data-testid="montecarlo-run">
            {send.busy ? "Simulating…" : "Simulate"}
          </button>
          {send.problem && (
            <p className="form-error" role="alert">
              {send.problem.message}
            </p>
          )}
        </div>
      </form>
      {result !== null && (
        <div className="simulation" data-testid="montecarlo-result">
          <Outcome result={result.found} ruin={result.ruin} />
        </div>
      )}
    </Panel>
  );
}
