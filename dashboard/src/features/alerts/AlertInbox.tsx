import { useState } from "react";

import { ALERT_KINDS, SEVERITIES } from "../../api/alertTypes";
import { api } from "../../api/client";
import { Link } from "../../app/router";
import { words } from "../../lib/format";
import { useController, useDash } from "../../state/context";
import { Pager } from "../../ui/Pager";
import { Panel } from "../../ui/Panel";
import { Select } from "../../ui/Select";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { useOnce } from "../../ui/useOnce";
import { AlertRow } from "./AlertRow";
import { type AlertFilters, useAlerts } from "./useAlerts";

const LENGTH = 30;
const coded = (codes: readonly string[]) => codes.map((value) => ({ value, label: words(value) }));
const KINDS = coded(ALERT_KINDS);
const GRADES = coded(SEVERITIES);
const ANY: AlertFilters = { kind: "", severity: "", unread: "" };

function ReadAll({ done }: { done: () => void }) {
  const { store } = useController();
  const unread = useDash((state) => state.unread);
  const send = useOnce(async () => {
    await api.readAllAlerts();
    store.dispatch({ type: "unread", count: 0 });
    done();
  });
  return (
    <>
      <button type="button" className="button small" disabled={send.busy || unread === 0} data-testid="alerts-read-all" onClick={send.run}>
        {send.busy ? "Marking…" : "Mark all read"}
      </button>
      {send.problem && (
        <span className="down" role="alert">
          {send.problem.message}
        </span>
      )}
    </>
  );
}

/** Everything that a person should know, newest first, until it is read. */
export function AlertInbox() {
  const [filters, setFilters] = useState(ANY);
  const [offset, setOffset] = useState(0);
  const { page, problem, changed, reload } = useAlerts(filters, offset, LENGTH);
  const set = (part: Partial<AlertFilters>) => {
    setFilters({ ...filters, ...part });
    setOffset(0);
  };
  const filtered = Object.values(filters).some(Boolean);
  return (
    <Panel
      title="Alerts"
      count={page?.count}
      testId="alerts"
      aside={
        <div className="filters">
          <Select label="Kind" all="All kinds" value={filters.kind} options={KINDS} choose={(kind) => set({ kind })} testId="filter-kind" />
          <Select
            label="Severity"
            all="Any severity"
            value={filters.severity}
            options={GRADES}
            choose={(severity) => set({ severity })}
            testId="filter-severity"
          />
          <button
            type="button"
            className="chip-button"
            aria-pressed={filters.unread !== ""}
            data-testid="filter-unread"
            onClick={() => set({ unread: filters.unread ? "" : "true" })}
          >
            Not read
          </button>
          <ReadAll done={reload} />
          <Link to="/notifications" className="button small ghost" testId="to-notifications">
            Notifications
          </Link>
        </div>
      }
    >
      {problem !== null ? (
        <ErrorState title="The alerts cannot be loaded" message={problem} retry={reload} />
      ) : page === null ? (
        <Skeleton lines={8} />
      ) : page.results.length === 0 ? (
        <Empty title={filtered ? "No alert matches" : "No alert yet"}>
          {filtered ? (
            <button type="button" className="link" onClick={() => set(ANY)}>
              Clear the filters
            </button>
          ) : (
            "Halted sessions, rejected orders, lost connections and the like are told here."
          )}
        </Empty>
      ) : (
        <ul>
          {page.results.map((alert) => (
            <AlertRow key={alert.id} alert={alert} changed={changed} />
          ))}
        </ul>
      )}
      {page !== null && <Pager count={page.count} offset={offset} length={LENGTH} go={setOffset} />}
    </Panel>
  );
}
