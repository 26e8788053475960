/** Days and minutes in UTC, as the figures count them. */

/** "2026-01-05"; "–" of none. */
export function dayOf(iso: string | null | undefined): string {
  return iso ? new Date(iso).toISOString().slice(0, 10) : "–";
}

/** "2026-01-05 10:00"; "–" of none. */
export function minuteOf(iso: string | null | undefined): string {
  return iso ? new Date(iso).toISOString().slice(0, 16).replace("T", " ") : "–";
}

/** "2026-01-05 to 2026-01-09"; one day alone. */
export function daysOf(start: string, end: string): string {
  const [first, last] = [dayOf(start), dayOf(end)];
  return first === last ? first : `${first} to ${last}`;
}
