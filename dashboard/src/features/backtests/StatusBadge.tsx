import type { JobStatus } from "../../api/backtestTypes";
import { words } from "../../lib/format";

const TONES: Record<JobStatus, string> = { QUEUED: "plain", RUNNING: "info", DONE: "up", FAILED: "down", CANCELLED: "warn" };

export function StatusBadge({ status }: { status: JobStatus }) {
  return (
    <span className={`badge ${TONES[status]}`} data-testid="job-status" data-status={status}>
      {words(status)}
    </span>
  );
}
