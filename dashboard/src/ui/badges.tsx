import type { Direction } from "../api/types";
import { words } from "../lib/format";

export function DirectionBadge({ direction }: { direction: Direction }) {
  const long = direction === "LONG";
  return (
    <span className={`badge ${long ? "up" : "down"}`}>
      <span aria-hidden="true">{long ? "▲" : "▼"}</span> {direction}
    </span>
  );
}

const TONES: Record<string, string> = {
  OPEN: "info",
  RUNNING: "up",
  PAUSED: "warn",
  HALTED: "down",
  FAILED: "down",
  TAKE_PROFIT: "up",
  STOP_LOSS: "down",
  STOP_OUT: "down",
  EMERGENCY: "down",
  KILL_SWITCH: "down",
  TRAILING_STOP: "info",
  BREAK_EVEN: "info",
  EXTERNAL: "warn",
  LATE_FILL: "warn",
  CLOSING: "warn",
  PENDING: "warn",
};

/** A status or an exit reason. */
export function CodeBadge({ code }: { code: string | null }) {
  if (!code) return <span className="muted">–</span>;
  return <span className={`badge ${TONES[code] ?? "plain"}`}>{words(code)}</span>;
}
