import { useState } from "react";

import type { MonteCarloMethod, MonteCarloRequest } from "../../../api/analyticsTypes";
import { performance } from "../../../api/performance";
import { Select } from "../../../ui/Select";
import { Empty } from "../../../ui/states";
import { Answered } from "../Answered";
import type { Scope } from "../scope";
import { Segments } from "../Segments";
import { useAnswer } from "../useAnswer";
import { Outcome } from "./Outcome";

const METHODS: { value: MonteCarloMethod; label: string; note: string }[] = [
  { value: "bootstrap", label: "Bootstrap", note: "Blocks of some ten trades are drawn again and again: what else such trades might have brought." },
  { value: "shuffle", label: "Shuffle", note: "The same trades in another order: how deep the fall might have been on the way to the same end." },
  { value: "skip", label: "Skip and slip", note: "One trade in ten is missed, and each costs up to 0.1 % of its size more: how much hangs on the fills." },
];
const PATHS = [1000, 10_000, 50_000].map((count) => ({ value: String(count), label: `${count.toLocaleString("en-US")} paths` }));
const RUINS = ["80", "70", "50", "20"].map((value) => ({ value, label: `Ruin: ${value}% of the start` }));
const EXTRA: Record<MonteCarloMethod, Partial<MonteCarloRequest>> = {
  bootstrap: { block: 10 },
  shuffle: {},
  skip: { skip_percent: 10, slippage_shock_percent: 0.1 },
};
const NOT_POSSIBLE = 400;

/** What other luck might have made of the trades of an account or session. */
export function MonteCarloTab({ scope }: { scope: Pick<Scope, "account" | "session"> }) {
  const [method, setMethod] = useState<MonteCarloMethod>("bootstrap");
  const [paths, setPaths] = useState("10000");
  const [ruin, setRuin] = useState("50");
  const session = scope.session !== "";
  const answer = useAnswer(performance.monteCarlo, {
    source: session ? ("session" as const) : ("account" as const),
    id: Number(session ? scope.session : scope.account),
    method,
    paths: Number(paths),
    ruin_percent: Number(ruin),
    seed: 1,
    ...EXTRA[method],
  });
  return (
    <>
      <section className="scope panel" aria-label="Simulation">
        <div className="filters">
          <Segments label="Method" options={METHODS} value={method} choose={setMethod} testId="method" />
          <Select label="Paths" value={paths} options={PATHS} choose={setPaths} testId="montecarlo-paths" />
          <Select label="Ruin" value={ruin} options={RUINS} choose={setRuin} testId="montecarlo-ruin" />
        </div>
        <p className="muted">{METHODS.find((item) => item.value === method)?.note}</p>
      </section>
      {answer.status === NOT_POSSIBLE ? (
        <Empty title="Nothing to simulate">{answer.problem}</Empty>
      ) : (
        <Answered answer={answer} what="The simulation">
          {(result) => <Outcome result={result} ruin={ruin} />}
        </Answered>
      )}
    </>
  );
}
