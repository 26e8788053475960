import { useState } from "react";

import type { KillSwitch } from "../../api/sessionTypes";
import { ago, moment } from "../../lib/time";
import { useRole } from "../../state/rights";
import { Act } from "../../ui/Act";
import { Icon } from "../../ui/icons";
import { useNow } from "../../ui/useNow";
import { EngageDialog } from "./EngageDialog";
import { LiftDialog } from "./LiftDialog";
import type { KillState } from "./useKillSwitch";
import { counted } from "./words";

/** What has been done about what was on its way, and what is left. */
function Done({ known }: { known: KillSwitch }) {
  const { enforced_at, close_positions, orders_cancelled, orders_left, positions_left } = known;
  const parts = [`${counted(orders_cancelled, "order")} cancelled`];
  if (orders_left > 0) parts.push(`${orders_left} still being cancelled`);
  if (close_positions) parts.push(positions_left > 0 ? `${counted(positions_left, "position")} still being closed` : "all positions closed");
  else if (positions_left > 0) parts.push(`${counted(positions_left, "position")} left open, with stops and targets in force`);
  return (
    <span data-testid="kill-done">
      {enforced_at === null && <b>Being carried out: </b>}
      {parts.join(", ")}.
    </span>
  );
}

function Words({ known }: { known: KillSwitch }) {
  const now = useNow(1000);
  return (
    <div className="kill-words">
      <p>
        <b>KILL SWITCH ENGAGED{known.everybody && " FOR EVERYBODY"}.</b> No order opens anything.
      </p>
      <p data-testid="kill-facts">
        Since {moment(known.engaged_at)} ({ago(known.engaged_at, now)}) by {known.engaged_by ?? "the system"}
        {known.reason && <>: “{known.reason}”</>}. <Done known={known} />
      </p>
    </div>
  );
}

/** Over the whole width of every page, for as long as it is engaged. */
export function KillBanner({ kill }: { kill: KillState }) {
  const [asked, setAsked] = useState<"close" | "lift" | null>(null);
  const known = kill.known?.engaged ? kill.known : null;
  const anothers = useRole() !== "admin" && known?.everybody === true;
  return (
    <>
      {/* Said once: what the banner counts changes every second. */}
      <p className="visually-hidden" role="alert">
        {known && "The kill switch is engaged: no order opens anything."}
      </p>
      {known && (
        <section className="kill-banner" aria-label="Kill switch" data-testid="kill-banner">
          <Icon name="stop" />
          <Words known={known} />
          <Act>
            <div className="row-actions">
              {!known.close_positions && !anothers && (
                <button type="button" className="button small" data-testid="kill-close" onClick={() => setAsked("close")}>
                  Close all positions…
                </button>
              )}
              {anothers ? (
                <span data-testid="kill-anothers">An administrator lifts it.</span>
              ) : (
                <button type="button" className="button small" data-testid="kill-lift" onClick={() => setAsked("lift")}>
                  Lift…
                </button>
              )}
            </div>
          </Act>
        </section>
      )}
      {asked === "close" && <EngageDialog kill={kill} close={() => setAsked(null)} />}
      {asked === "lift" && <LiftDialog kill={kill} close={() => setAsked(null)} />}
    </>
  );
}
