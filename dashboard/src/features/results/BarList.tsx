import "../../styles/results.css";

import type { ReactNode } from "react";

import { Empty } from "../../ui/states";

export interface BarItem {
  key: string;
  label: ReactNode;
  /** What the bar measures; below 0 it goes to the left. */
  value: number;
  /** As it is written. */
  text: string;
  note?: string | undefined;
  /** Left out: by the sign. */
  tone?: "up" | "down" | "info" | undefined;
}

interface BarListProps {
  items: BarItem[];
  label: string;
  /** What is said where there is nothing to show. */
  empty?: string;
  testId?: string;
}

/** Figures beside each other as bars from one line, right of it what is above 0. */
export function BarList({ items, label, empty = "Nothing to show", testId }: BarListProps) {
  if (items.length === 0) return <Empty title={empty} />;
  const most = Math.max(0, ...items.map((item) => item.value));
  const least = Math.min(0, ...items.map((item) => item.value));
  const span = most - least || 1;
  const zero = (-least / span) * 100;
  return (
    <ul className="bar-list" aria-label={label} data-testid={testId}>
      {items.map(({ key, label: name, value, text, note, tone }) => {
        const width = (Math.abs(value) / span) * 100;
        const from = value < 0 ? zero - width : zero;
        return (
          <li key={key}>
            <span className="bar-label clip">{name}</span>
            <span className="bar-track" aria-hidden="true">
              {least < 0 && <i className="bar-zero" style={{ left: `${zero}%` }} />}
              <i className={`bar-fill ${tone ?? (value < 0 ? "down" : "up")}`} style={{ left: `${from}%`, width: `${width}%` }} />
            </span>
            <span className="bar-figure">
              {text}
              {note && <small className="muted"> {note}</small>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
