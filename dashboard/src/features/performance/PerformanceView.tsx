import "../../styles/performance.css";
import "../../styles/performanceCharts.css";

import { performance } from "../../api/performance";
import { Link } from "../../app/router";
import { useController, useDash } from "../../state/context";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { RecordTab } from "../trackrecord/RecordTab";
import { Downloads } from "./Downloads";
import { Results } from "./figures/Results";
import { GatesTab } from "./gates/GatesTab";
import { MonteCarloTab } from "./montecarlo/MonteCarloTab";
import { askedOf, askedOfAll, type TabName, TRADE_FILTERS } from "./scope";
import { ScopeBar } from "./ScopeBar";
import { SignalsTab } from "./signals/SignalsTab";
import { Tabs } from "./Tabs";
import { useAnswer } from "./useAnswer";
import { useChoices } from "./useChoices";
import { useClosings } from "./useClosings";
import { type ScopeState, useScope } from "./useScope";

const TABS: { name: TabName; title: string }[] = [
  { name: "figures", title: "Results" },
  { name: "signals", title: "Signals" },
  { name: "gates", title: "Gates" },
  { name: "montecarlo", title: "Monte Carlo" },
  { name: "record", title: "Track record" },
];

/** What is shown of a period; the others are of all there is. */
const DATED: TabName[] = ["figures", "signals", "gates"];

function Views({ scope, change, now }: ScopeState) {
  const currency = useDash((state) => state.accounts.find((item) => String(item.id) === scope.account)?.currency ?? "USD");
  const asked = askedOf(scope, now);
  const all = askedOfAll(scope, now);
  const filtered = scope.tab === "figures";
  const dated = DATED.includes(scope.tab);
  const narrowed = TRADE_FILTERS.some((name) => scope[name] !== "");
  const answer = useAnswer(performance.figures, filtered ? asked : null);
  const choices = useChoices(filtered ? all : null, narrowed, answer.data);
  useClosings(Number(scope.account), answer.reload);

  const view = () => {
    if (dated && asked === null) {
      return <Empty title="There is no such period">Choose days of which the first is not after the last.</Empty>;
    }
    switch (scope.tab) {
      case "figures":
        return <Results answer={answer} scope={scope} change={change} />;
      case "signals":
        return <SignalsTab asked={all} currency={currency} />;
      case "gates":
        return <GatesTab asked={all} scope={scope} currency={currency} />;
      case "montecarlo":
        return <MonteCarloTab scope={scope} />;
      case "record":
        return <RecordTab scope={scope} />;
    }
  };
  return (
    <>
      <div className="page-head">
        <h1>Performance</h1>
        {filtered && <Downloads scope={asked} />}
      </div>
      <ScopeBar scope={scope} now={now} choices={choices} filtered={filtered} dated={dated} change={change} />
      <Tabs label="Views" tabs={TABS} current={scope.tab} choose={(tab) => change({ tab })}>
        {view()}
      </Tabs>
    </>
  );
}

/** Past trades of an account or session: what they made, why, and what might have been. */
export function PerformanceView() {
  const state = useScope();
  const controller = useController();
  const phase = useDash((now) => now.phase);
  const problem = useDash((now) => now.problem);
  const known = state.scope.account !== "" || state.scope.session !== "";
  if (known) return <Views {...state} />;
  if (phase === "loading") return <Skeleton lines={12} />;
  if (phase === "failed") return <ErrorState title="The accounts cannot be loaded" message={problem ?? ""} retry={controller.reload} />;
  return (
    <Empty title="No account yet">
      Figures are of an account&rsquo;s trades. <Link to="/accounts?new=PAPER">Open one on paper</Link>
    </Empty>
  );
}
