import "../../styles/shadow.css";

import { useId, useState } from "react";

import { api } from "../../api/client";
import type { Session } from "../../api/sessionTypes";
import type { ShadowTotals } from "../../api/shadowTypes";
import type { Account } from "../../api/types";
import { money, signedPercent } from "../../lib/format";
import { toneOf } from "../../lib/pnl";
import { useController, useDash } from "../../state/context";
import { Act } from "../../ui/Act";
import { Confirm } from "../../ui/Confirm";
import { ErrorState, Skeleton } from "../../ui/states";
import { useOnce } from "../../ui/useOnce";
import { ShadowPairs } from "./ShadowPairs";
import { useShadow } from "./useShadow";

function Totals({ totals, currency }: { totals: ShadowTotals; currency: string }) {
  const amount = (value: string, signed = false) => money(Number(value), currency, signed);
  const rows: [string, string, string?][] = [
    ["Pairs", `${totals.closed} of ${totals.pairs} closed`],
    ["Entry slippage", signedPercent(totals.average_entry_slippage_percent, 3)],
    ["Exit slippage", signedPercent(totals.average_exit_slippage_percent, 3)],
    ["Live P&L", amount(totals.live_pnl, true), toneOf(totals.live_pnl)],
    ["Paper P&L", amount(totals.shadow_pnl, true), toneOf(totals.shadow_pnl)],
    ["Live less paper", amount(totals.pnl_difference, true), toneOf(totals.pnl_difference)],
    ["Fees live / paper", `${amount(totals.live_fees)} / ${amount(totals.shadow_fees)}`],
    ["Same exit reason", `${totals.same_exit_reason} of ${totals.closed}`],
    ["Failed live only", String(totals.live_only_failed)],
  ];
  return (
    <dl className="pairs" data-testid="shadow-totals">
      {rows.map(([label, value, tone]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className={tone}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Whether the twin follows at this moment: one that was stopped has its report still. */
function useFollows(id: number | undefined): boolean {
  return useDash((state) => state.accounts.some((account) => account.sessions?.some((item) => item.id === id && item.status === "RUNNING")));
}

function Twin({ session, account }: { session: Session; account: Account }) {
  const { store } = useController();
  const { report, problem, apply, reload } = useShadow(session.id, account.id);
  const [stopped, setStopped] = useState<boolean | null>(null);
  const told = useFollows(report?.shadow);
  const follows = stopped === null ? told : !stopped;
  const refresh = () => {
    api.accounts().then(
      (accounts) => {
        store.dispatch({ type: "accounts", accounts });
        setStopped(null);
      },
      () => undefined,
    );
  };
  const start = useOnce(async (key) => {
    await api.startShadow(session.id, key);
    apply(await api.shadow(session.id));
    setStopped(false);
    refresh();
  });
  const stop = useOnce(async () => {
    await api.stopShadow(session.id);
    setStopped(true);
    refresh();
  });
  const wrong = start.problem ?? stop.problem;
  if (report === undefined) {
    return problem === null ? <Skeleton lines={3} /> : <ErrorState title="The twin cannot be loaded" message={problem} retry={reload} />;
  }
  const running = report !== null && follows;
  return (
    <>
      <p className="muted">
        {report === null
          ? "A paper twin takes the same decisions on play money, so that what live fills cost can be read."
          : running
            ? "It takes every decision of the session on paper."
            : "It is stopped. What it found stays."}
      </p>
      <Act>
        <div className="row-actions">
          {running ? (
            <Confirm ask="Stop the twin" confirm="Stop it?" label={`Stop the paper twin of ${session.name}`} busyText="Stopping…" busy={stop.busy} run={stop.run} testId="shadow-stop" />
          ) : (
            <button type="button" className="button small" disabled={start.busy} data-testid="shadow-start" onClick={start.run}>
              {start.busy ? "Starting…" : report === null ? "Start a paper twin" : "Go on"}
            </button>
          )}
        </div>
      </Act>
      {wrong && (
        <p className="form-error" role="alert">
          {wrong.message}
        </p>
      )}
      {report !== null && <Totals totals={report.totals} currency={account.currency} />}
      {report !== null && report.pairs.length > 0 && <ShadowPairs pairs={report.pairs} currency={account.currency} />}
    </>
  );
}

/** Beside a session at a broker: what its fills cost against those of a paper twin. Asked for when it is opened. */
export function ShadowPanel({ session, account }: { session: Session; account: Account }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <section className="shadow" data-testid="shadow">
      <button type="button" className="button small ghost" aria-expanded={open} aria-controls={id} data-testid="shadow-toggle" onClick={() => setOpen(!open)}>
        Paper twin
      </button>
      {open && (
        <div id={id} className="shadow-body">
          <Twin session={session} account={account} />
        </div>
      )}
    </section>
  );
}
