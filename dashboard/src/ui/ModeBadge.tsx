import type { Mode } from "../api/brokerTypes";
import { Icon, type IconName } from "./icons";

const ICONS: Record<Mode, IconName> = { PAPER: "page", DEMO: "flask", LIVE: "alert" };
const MEANS: Record<Mode, string> = {
  PAPER: "Play money, traded here only",
  DEMO: "Play money at a broker",
  LIVE: "Real money at a broker",
};

/** Told three ways at once, by color, icon and word, so that it cannot be overlooked. */
export function ModeBadge({ mode, testId }: { mode: Mode; testId?: string }) {
  return (
    <span className={`mode ${mode}`} title={MEANS[mode]} data-testid={testId}>
      <Icon name={ICONS[mode]} />
      {mode}
    </span>
  );
}
