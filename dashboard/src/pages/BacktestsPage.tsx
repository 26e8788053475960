import "../styles/sessionEditor.css";
import "../styles/backtests.css";

import { useCallback } from "react";

import { backtests } from "../api/backtests";
import { asked, Link, useSearch } from "../app/router";
import { BacktestList } from "../features/backtests/BacktestList";
import { BacktestView } from "../features/backtests/BacktestView";
import { CompareView } from "../features/backtests/CompareView";
import { BacktestForm } from "../features/backtests/form/BacktestForm";
import { Empty, ErrorState, Skeleton } from "../ui/states";
import { useLoaded } from "../ui/useLoaded";

const idOf = (text: string) => (/^[1-9]\d{0,15}$/.test(text) ? Number(text) : null);

function Crumb() {
  return (
    <p className="crumb">
      <Link to="/backtests">← All backtests</Link>
    </p>
  );
}

/** A new one, or one like the backtest that the address names. */
function NewBacktest() {
  useSearch();
  const like = idOf(asked("like"));
  const get = useCallback(async () => {
    const [options, found] = await Promise.all([backtests.options(), like === null ? null : backtests.get(like)]);
    return { options, found };
  }, [like]);
  const { data, problem, reload } = useLoaded(get);
  return (
    <div className="session-editor">
      <Crumb />
      <div className="page-head">
        <h1>New backtest</h1>
      </div>
      {data !== null ? (
        <BacktestForm key={data.found?.id ?? 0} options={data.options} like={data.found} />
      ) : problem !== null ? (
        <ErrorState title="The form cannot be loaded" message={problem} retry={reload} />
      ) : (
        <Skeleton lines={12} />
      )}
    </div>
  );
}

function Comparison() {
  useSearch();
  const ids = [...new Set(asked("ids").split(",").map(idOf))].filter((id) => id !== null);
  return (
    <div className="stack">
      <Crumb />
      <div className="page-head">
        <h1>Comparison</h1>
      </div>
      {ids.length < 2 || ids.length > 5 ? (
        <Empty title="Two to five backtests can be compared">
          <Link to="/backtests">Choose them in the list</Link>
        </Empty>
      ) : (
        <CompareView ids={ids} />
      )}
    </div>
  );
}

function All() {
  return (
    <div className="stack">
      <div className="page-head">
        <h1>Backtests</h1>
        <Link to="/backtests/new" className="button primary" testId="backtest-new">
          New backtest
        </Link>
      </div>
      <BacktestList />
    </div>
  );
}

/** All backtests; with `part`, a new one, a comparison, or the one that it names. */
export function BacktestsPage({ part }: { part: string }) {
  if (part === "") return <All />;
  if (part === "new") return <NewBacktest />;
  if (part === "compare") return <Comparison />;
  const id = idOf(part);
  if (id === null) {
    return (
      <Empty title="There is no such backtest">
        <Link to="/backtests">See all backtests</Link>
      </Empty>
    );
  }
  return (
    <div className="stack">
      <Crumb />
      <BacktestView key={id} id={id} />
    </div>
  );
}
