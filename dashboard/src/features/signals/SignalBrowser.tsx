import { useMemo, useState } from "react";

import { api } from "../../api/client";
import type { Signal } from "../../api/types";
import { useController, useDash } from "../../state/context";
import { FEED_LONGEST } from "../../state/model";
import { outcomeOf } from "../../state/signals";
import { Panel } from "../../ui/Panel";
import { Select } from "../../ui/Select";
import { Empty } from "../../ui/states";
import { useOnce } from "../../ui/useOnce";
import { SignalRow } from "./SignalRow";

const MORE = 100;
const OUTCOMES = [
  { value: "traded", label: "Traded" },
  { value: "rejected", label: "Rejected" },
  { value: "undecided", label: "Undecided" },
];

function namesOf(signals: Signal[], name: "symbol" | "strategy"): { value: string; label: string }[] {
  const values = new Set(signals.map((signal) => signal[name]).filter(Boolean));
  return [...values].sort().map((value) => ({ value, label: value }));
}

/** The whole feed, with filters over what is loaded, and older signals on demand. */
export function SignalBrowser() {
  const { store } = useController();
  const signals = useDash((state) => state.signals);
  const count = useDash((state) => state.signalCount);
  const account = useDash((state) => state.account?.id ?? 0);
  const [symbol, setSymbol] = useState("");
  const [strategy, setStrategy] = useState("");
  const [outcome, setOutcome] = useState("");
  const older = useOnce(async () => {
    const page = await api.signals({ limit: MORE, offset: store.get().signals.length });
    store.dispatch({ type: "older-signals", signals: page.results, count: page.count });
  });
  const found = useMemo(
    () =>
      signals.filter(
        (signal) =>
          (!symbol || signal.symbol === symbol) &&
          (!strategy || signal.strategy === strategy) &&
          (!outcome || outcomeOf(signal, account).outcome === outcome),
      ),
    [signals, symbol, strategy, outcome, account],
  );
  const more = signals.length < Math.min(count, FEED_LONGEST);
  return (
    <Panel
      title="Signals"
      count={`${found.length} of ${count}`}
      testId="signal-feed"
      aside={
        <div className="filters">
          <Select label="Symbol" all="All symbols" value={symbol} options={namesOf(signals, "symbol")} choose={setSymbol} />
          <Select label="Strategy" all="All strategies" value={strategy} options={namesOf(signals, "strategy")} choose={setStrategy} />
          <Select label="Outcome" all="All outcomes" value={outcome} options={OUTCOMES} choose={setOutcome} />
        </div>
      }
    >
      {found.length === 0 ? (
        <Empty title={signals.length ? "No signal matches" : "No signal yet"}>
          {signals.length ? "Widen the filters to see more." : "Signals appear here the moment one comes in."}
        </Empty>
      ) : (
        <ul className="signals">
          {found.map((signal) => (
            <SignalRow key={signal.id} signal={signal} account={account} />
          ))}
        </ul>
      )}
      {more && (
        <div className="panel-foot">
          <button type="button" className="button" disabled={older.busy} onClick={older.run} data-testid="older-signals">
            {older.busy ? "Loading…" : "Load older signals"}
          </button>
          {older.problem && <span className="down">{older.problem.message}</span>}
        </div>
      )}
    </Panel>
  );
}
