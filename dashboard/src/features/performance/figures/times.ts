/** Results by the clock and the calendar, as columns. */

import type { Figures, TimeFigures } from "../../../api/analyticsTypes";
import { money } from "../../../lib/format";
import { counted } from "../../killswitch/words";
import type { Column } from "./Columns";

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

export type Stretch = "daily" | "weekly" | "monthly";

/** How many of the latest are drawn: more than that, and none can be told from its neighbor. */
const LATEST: Record<Stretch, number> = { daily: 90, weekly: 60, monthly: 60 };

/** As many as a phone has room for. */
const TICKS = 4;
/** Of at least twelve columns, a tick spans three. */
const LEAST_STEP = 3;

function noted({ trades, win_rate_percent: rate }: { trades: number; win_rate_percent?: number | null }): string {
  return rate == null ? counted(trades, "trade") : `${counted(trades, "trade")}, ${rate.toFixed(0)}% won`;
}

function column(row: TimeFigures, name: string, tick: string | undefined, currency: string): Column {
  return { key: String(row.key), name, tick, value: row.pnl, text: money(row.pnl, currency, true), note: noted(row) };
}

export function hourColumns(rows: TimeFigures[], currency: string): Column[] {
  const two = (hour: number) => String(hour).padStart(2, "0");
  return rows.map((row) => {
    const hour = Number(row.key);
    return column(row, `${two(hour)}:00 to ${two(hour)}:59 UTC`, hour % 3 === 0 ? two(hour) : undefined, currency);
  });
}

export function weekdayColumns(rows: TimeFigures[], currency: string): Column[] {
  return rows.map((row) => {
    const name = WEEKDAYS[Number(row.key)] ?? String(row.key);
    return column(row, name, name, currency);
  });
}

export function stretchColumns(figures: Figures, stretch: Stretch, currency: string): Column[] {
  const rows = {
    daily: () => figures.daily.map((row) => ({ ...row, name: row.day })),
    weekly: () => figures.weekly.map((row) => ({ ...row, name: row.week })),
    monthly: () => figures.monthly.map((row) => ({ ...row, name: row.month })),
  }[stretch]().slice(-LATEST[stretch]);
  const every = Math.max(LEAST_STEP, Math.ceil(rows.length / TICKS));
  return rows.map((row, index) => ({
    key: row.name,
    name: row.name,
    tick: index % every === 0 ? row.name.replace(/^20/, "’") : undefined,
    value: row.pnl,
    text: money(row.pnl, currency, true),
    note: noted(row),
  }));
}
