import { backtests, type ExportType } from "../../api/backtests";
import type { Backtest } from "../../api/backtestTypes";
import { go, Link } from "../../app/router";
import { duration, moment } from "../../lib/time";
import { Act } from "../../ui/Act";
import { Confirm } from "../../ui/Confirm";
import { useNow } from "../../ui/useNow";
import { useOnce } from "../../ui/useOnce";
import { toasts } from "../toasts/toasts";
import { Progress } from "./Progress";
import { StatusBadge } from "./StatusBadge";
import { isActive, kindWord, sourceSaid, titleOf } from "./words";

const EXPORTS: { type: ExportType; of?: "equity"; label: string; title: string }[] = [
  { type: "csv", label: "CSV", title: "Trades as CSV" },
  { type: "parquet", label: "Parquet", title: "Trades as Parquet" },
  { type: "csv", of: "equity", label: "Equity", title: "Equity and balance as CSV" },
  { type: "html", label: "HTML", title: "Report as one HTML page" },
  { type: "pdf", label: "PDF", title: "Report as PDF" },
];

function Exports({ id }: { id: number }) {
  return (
    <span className="exports" role="group" aria-label="Export">
      {EXPORTS.map(({ type, of, label, title }) => (
        <a key={title} className="button small" href={backtests.exportPath(id, type, of)} download title={title} data-testid={`export-${of ?? type}`}>
          {label}
        </a>
      ))}
    </span>
  );
}

function Took({ backtest: { started_at, finished_at, created_at } }: { backtest: Backtest }) {
  const now = useNow(1000, started_at !== null && finished_at === null);
  const until = finished_at === null ? now : Date.parse(finished_at);
  const seconds = started_at === null ? null : Math.max(0, (until - Date.parse(started_at)) / 1000);
  return (
    <span className="muted">
      {moment(created_at)}
      {seconds !== null && ` · ${finished_at === null ? "for" : "took"} ${seconds < 1 ? "less than a second" : duration(seconds)}`}
    </span>
  );
}

/** What it is, how far it has come, and what can be done with it. */
export function BacktestHead({ backtest, apply }: { backtest: Backtest; apply: (backtest: Backtest) => void }) {
  const { id, kind, status, error } = backtest;
  const title = titleOf(backtest);
  const cancel = useOnce(async (key) => apply(await backtests.cancel(id, key)));
  const resume = useOnce(async (key) => apply(await backtests.resume(id, key)));
  const remove = useOnce(async () => {
    await backtests.remove(id);
    toasts.show({ tone: "good", title: "Backtest deleted", text: title });
    go("/backtests");
  });
  const active = isActive(status);
  const stopped = status === "FAILED" || status === "CANCELLED";
  const problem = cancel.problem ?? resume.problem ?? remove.problem;
  return (
    <header className="panel backtest-head" data-testid="backtest-head" data-status={status}>
      <div className="backtest-title">
        <StatusBadge status={status} />
        <h1>{title}</h1>
      </div>
      <p className="muted">
        {kindWord(kind)} · {sourceSaid(backtest.data)}
      </p>
      <Took backtest={backtest} />
      {active && <Progress backtest={backtest} />}
      {error && (
        <p className="form-error" role="alert" data-testid="backtest-error">
          {error}
        </p>
      )}
      {problem && (
        <p className="form-error" role="alert">
          {problem.message}
        </p>
      )}
      <div className="row-actions">
        <Act>
          {active && (
            <button type="button" className="button small" disabled={cancel.busy} data-testid="backtest-cancel" onClick={cancel.run}>
              {cancel.busy ? "Cancelling…" : "Cancel"}
            </button>
          )}
          {stopped && (
            <button type="button" className="button small primary" disabled={resume.busy} data-testid="backtest-resume" onClick={resume.run}>
              {resume.busy ? "Resuming…" : "Resume"}
            </button>
          )}
        </Act>
        <Link to={`/backtests/new?like=${id}`} className="button small" testId="backtest-again">
          Change and run again
        </Link>
        {status === "DONE" && <Exports id={id} />}
        {!active && (
          <Act>
            <Confirm ask="Delete" confirm="Delete it?" label={`Delete ${title}`} busyText="Deleting…" busy={remove.busy} run={remove.run} testId="backtest-delete" />
          </Act>
        )}
      </div>
    </header>
  );
}
