import type { BacktestRow } from "../../api/backtestTypes";

/** "12 of 200 trials", "Waiting for a worker". */
export function progressSaid({ status, kind, done, total }: Pick<BacktestRow, "status" | "kind" | "done" | "total">): string {
  if (status === "QUEUED") return "Waiting for a worker";
  if (kind === "RUN") return "Running";
  return `${done.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} trials`;
}

/** How far it is; of a single run only that it moves. */
export function Progress({ backtest }: { backtest: Pick<BacktestRow, "status" | "kind" | "done" | "total"> }) {
  const { kind, status, done, total } = backtest;
  const known = kind !== "RUN" && status === "RUNNING" && total > 0;
  return (
    <span className="job-progress">
      <progress aria-label={progressSaid(backtest)} {...(known ? { value: done, max: total } : {})} />
      <small className="muted">{progressSaid(backtest)}</small>
    </span>
  );
}
