import type { Session } from "../../api/sessionTypes";
import { duration, moment } from "../../lib/time";
import { useNow } from "../../ui/useNow";
import { limitLabel } from "./limits";

/** What halted it, since when, and how it goes on. */
export function Halted({ session }: { session: Session }) {
  const now = useNow(1000);
  const { halted_by, halted_at, halted_until, status_reason } = session;
  const left = halted_until === null ? 0 : (Date.parse(halted_until) - now) / 1000;
  return (
    <div className="halted" data-testid="session-halted" data-limit={halted_by}>
      <p>
        <b>Halted: {limitLabel(halted_by).toLowerCase()}.</b> {status_reason}
      </p>
      <p>
        Since {moment(halted_at)}.{" "}
        {halted_until === null ? (
          <b>It stays so until you resume it.</b>
        ) : (
          <b>
            Resumes by itself at {moment(halted_until)}
            {left > 0 && `, in ${duration(left)}`}.
          </b>
        )}
      </p>
    </div>
  );
}
