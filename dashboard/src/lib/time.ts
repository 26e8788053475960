/** Times as people read them: local, 24 hours. */

const NOTHING = "–";

export function clock(iso: string | null): string {
  return iso === null ? NOTHING : new Date(iso).toLocaleTimeString("en-GB");
}

/** The time of day; with its date where that is not today. */
export function moment(iso: string | null, now: Date = new Date()): string {
  if (iso === null) return NOTHING;
  const then = new Date(iso);
  return then.toDateString() === now.toDateString() ? clock(iso) : `${then.toLocaleDateString("en-CA")} ${clock(iso)}`;
}

/** A length of time in its two largest units: "25s", "3m 05s", "2h 10m", "4d 6h". */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return NOTHING;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  const pad = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${pad(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h ${pad(Math.floor(whole / 60) % 60)}m`;
  return `${Math.floor(whole / 86_400)}d ${Math.floor(whole / 3600) % 24}h`;
}

/** Seconds from `iso` to `now` (epoch ms). */
export function secondsSince(iso: string | null, now: number): number | null {
  return iso === null ? null : Math.max(0, (now - Date.parse(iso)) / 1000);
}

/** How long ago that was: "just now", "25s ago", "3m 05s ago"; "never" for null. */
export function ago(iso: string | null, now: number): string {
  const seconds = secondsSince(iso, now);
  if (seconds === null || !Number.isFinite(seconds)) return "never";
  return seconds < 1 ? "just now" : `${duration(seconds)} ago`;
}
