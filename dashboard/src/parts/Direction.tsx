import type { Direction } from "../api/types";

export function DirectionTag({ direction }: { direction: Direction }) {
  return <span className={`tag ${direction === "LONG" ? "up" : "down"}`}>{direction === "LONG" ? "▲ long" : "▼ short"}</span>;
}

export function tone(value: number | null): string {
  return value === null || value === 0 ? "" : value > 0 ? "up" : "down";
}
