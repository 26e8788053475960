import type { Performance } from "../../../api/performanceTypes";
import { Empty } from "../../../ui/states";
import { Answered } from "../Answered";
import { type Scope, TRADE_FILTERS } from "../scope";
import type { Answer } from "../useAnswer";
import { FiguresTab } from "./FiguresTab";

interface ResultsProps {
  answer: Answer<Performance>;
  scope: Scope;
  change: (part: Partial<Scope>) => void;
}

/** The figures, or why there are none. */
export function Results({ answer, scope, change }: ResultsProps) {
  const narrowed = scope.period !== "all" || TRADE_FILTERS.some((name) => scope[name] !== "");
  return (
    <Answered answer={answer} what="The figures">
      {(found) => {
        if (found.figures.core.trades > 0) return <FiguresTab performance={found} scope={scope} change={change} />;
        if (!narrowed) return <Empty title="No trade has closed yet">The figures begin with the first one.</Empty>;
        return (
          <Empty title="No trade matches">
            <button type="button" className="link" onClick={() => change({ period: "all", strategy: "", symbol: "", source: "", tag: "" })}>
              Look at all trades
            </button>
          </Empty>
        );
      }}
    </Answered>
  );
}
