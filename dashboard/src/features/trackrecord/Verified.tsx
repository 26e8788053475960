import type { Verification } from "../../api/performanceTypes";
import { signedPercent } from "../../lib/format";
import { Icon } from "../../ui/icons";
import { counted } from "../killswitch/words";
import { minuteOf } from "../performance/days";

/** What was checked of the record, in words. */
export function verifiedSaid({ ok, events, trades, checked_at }: Verification): string {
  if (checked_at === null) return "The results are being held against the log of events. It takes a moment.";
  const closed = counted(trades, "closed trade");
  if (ok) {
    return `${closed}, told by a log of ${counted(events, "event")} in which each is sealed with the one before it: none was changed, added or taken out afterwards, and the results are what they tell.`;
  }
  return `Held against the log of events, the results of ${closed} do not stand.`;
}

function stillOpen({ open: { trades, pnl_percent } }: Verification): string | null {
  if (trades === 0) return null;
  const worth = pnl_percent === null ? "" : `, at ${signedPercent(pnl_percent)} of the cash`;
  return `Not in the figures yet: ${counted(trades, "open position")}${worth}.`;
}

/** Whether the results are what happened. */
export function Verified({ verified }: { verified: Verification }) {
  const { ok, checked_at, problem, left_out } = verified;
  const more = [
    problem,
    stillOpen(verified),
    left_out > 0 ? `${counted(left_out, "trade")} of replays left out: a recording is no record.` : null,
  ].filter((text) => text !== null);
  return (
    <section className={`verified ${ok === null ? "" : ok ? "good" : "bad"}`} aria-label="Verification" data-testid="verified" data-ok={ok}>
      <Icon name={ok === null ? "pulse" : ok ? "check" : "alert"} />
      <div>
        <b>{ok === null ? "Being verified" : ok ? "Verified" : "Not verified"}</b>
        <p>{verifiedSaid(verified)}</p>
        {more.map((text) => (
          <p key={text}>{text}</p>
        ))}
        {checked_at !== null && <p className="muted">Checked {minuteOf(checked_at)} UTC</p>}
      </div>
    </section>
  );
}
