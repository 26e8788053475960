import type { LimitUse } from "../../api/sessionTypes";
import { fillOf, inUnit, limitLabel } from "./limits";

const SAID = { calm: "", warn: ", nearly reached", full: ", reached" } as const;

/** How much of a limit is used up: calm, then warning, then full. */
export function Gauge({ use, currency }: { use: LimitUse; currency: string }) {
  const fill = fillOf(use.percent);
  const shown = Math.max(0, Math.min(100, use.percent ?? 0));
  const text = `${inUnit(use.name, use.figure, currency)} / ${inUnit(use.name, use.limit, currency)}`;
  return (
    <div className={`gauge ${fill}`} title={use.message} data-testid="gauge" data-limit={use.name} data-fill={fill}>
      <div className="gauge-text">
        <span className="clip">{limitLabel(use.name)}</span>
        <b>{text}</b>
      </div>
      <div
        className="gauge-track"
        role="meter"
        aria-label={limitLabel(use.name)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(shown)}
        aria-valuetext={`${text}${SAID[fill]}`}
      >
        <span style={{ width: `${shown}%` }} />
      </div>
    </div>
  );
}
