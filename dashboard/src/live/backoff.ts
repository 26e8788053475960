const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Milliseconds to wait before the next try: doubling up to half a minute, with half of it drawn at random. */
export function backoff(failures: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
  return ceiling * (0.5 + random() / 2);
}
