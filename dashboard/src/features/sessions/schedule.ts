/** When a session may trade, in words. */

import type { Schedule } from "../../api/sessionTypes";
import { duration } from "../../lib/time";

export const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

/** "Mon-Fri", "Mon, Wed", "Sat, Sun"; "Every day" for all, or none named. */
export function daysSaid(days: number[] | undefined): string {
  const named = [...new Set(days ?? [])].filter((day) => day >= 0 && day < 7).sort((a, b) => a - b);
  if (named.length === 0 || named.length === 7) return "Every day";
  const runs: number[][] = [];
  for (const day of named) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  const name = (day: number | undefined) => DAYS[day ?? 0];
  return runs.map((run) => (run.length > 2 ? `${name(run[0])}–${name(run.at(-1))}` : run.map(name).join(", "))).join(", ");
}

function hoursSaid(start: string | null | undefined, end: string | null | undefined): string {
  const from = start?.slice(0, 5);
  const to = end?.slice(0, 5);
  if (from && to) return `${from}–${to}${to <= from ? " the next day" : ""}`;
  if (from) return `from ${from}`;
  return to ? `until ${to}` : "";
}

/** "Mon–Fri 09:30–16:00 America/New_York, XNYS calendar". */
export function scheduleSaid(schedule: Partial<Schedule>): string {
  const { days, start, end, time_zone, calendar, blackouts = [] } = schedule;
  const hours = hoursSaid(start, end);
  const when = [daysSaid(days), hours].filter(Boolean).join(" ");
  const bound = hours !== "" || (days ?? []).length > 0;
  const parts = bound ? [`${when} ${time_zone || "UTC"}`] : [];
  if (calendar) parts.push(bound ? `${calendar} calendar` : `Hours of the ${calendar} calendar`);
  if (parts.length === 0) parts.push("Around the clock");
  if (blackouts.length > 0) parts.push(blackouts.length === 1 ? "1 blackout" : `${blackouts.length} blackouts`);
  return parts.join(", ");
}

/** "Open now", or when it opens. `now` in epoch ms. */
export function openSaid(open: boolean, nextOpen: string | null, now: number): string {
  if (open) return "Open now";
  if (nextOpen === null) return "Closed";
  const then = new Date(nextOpen);
  const day = then.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short" });
  const time = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return `Opens ${day} ${time} your time, in ${duration((then.getTime() - now) / 1000)}`;
}
