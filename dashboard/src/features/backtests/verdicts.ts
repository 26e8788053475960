import type { LuckVerdict } from "../../api/backtestTypes";

interface VerdictWords {
  badge: string;
  tone: string;
  advice: string;
}

const WORDS: Record<LuckVerdict, VerdictWords> = {
  "holds up": { badge: "Holds up", tone: "up", advice: "It stands above what so many tries would bring by chance." },
  "not shown": { badge: "Not shown", tone: "warn", advice: "Some of it may be luck: the best of many tries looks good by chance, too." },
  "likely luck": { badge: "Likely luck", tone: "down", advice: "So many tries would bring a result like this by chance. Do not trade it for this result." },
};

/** A verdict on luck as it is shown. */
export function verdictWords(verdict: LuckVerdict | undefined): VerdictWords {
  return (verdict && WORDS[verdict]) ?? { badge: "Not known", tone: "plain", advice: "It cannot be told whether this is luck." };
}
