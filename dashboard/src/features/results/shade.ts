/** How strongly a cell of a heat map is colored. */

import type { CSSProperties } from "react";

const FAINTEST = 10;
const STRONGEST = 62;

/** Above 0 in the color of gains, below in that of losses, as strong as its share of `most` (which is not negative). */
export function shaded(value: number | null, most: number): CSSProperties | undefined {
  if (value === null || most <= 0 || value === 0) return undefined;
  const strength = FAINTEST + (STRONGEST - FAINTEST) * Math.min(1, Math.sqrt(Math.abs(value) / most));
  return { background: `color-mix(in srgb, var(--${value > 0 ? "up" : "down"}) ${strength.toFixed(0)}%, transparent)` };
}

/** From the least of the values to the most in one color, for figures without a sign of their own. */
export function ranked(value: number | null, least: number, most: number): CSSProperties | undefined {
  if (value === null || !(most > least)) return undefined;
  const strength = FAINTEST + (STRONGEST - FAINTEST) * ((value - least) / (most - least));
  return { background: `color-mix(in srgb, var(--accent) ${strength.toFixed(0)}%, transparent)` };
}
