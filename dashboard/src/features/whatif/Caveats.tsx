import type { WhatIf } from "../../api/backtestTypes";
import { words } from "../../lib/format";

const count = (value: number, one: string, many: string) => `${value.toLocaleString("en-US")} ${value === 1 ? one : many}`;

/** What the replay could not take into account, in sentences. */
export function caveatsOf({ strayed, waiting, missing_candles: missing, left_out, versions }: WhatIf): string[] {
  const gates = Object.entries(left_out).map(([gate, times]) => `${times.toLocaleString("en-US")} by ${words(gate).toLowerCase()}`);
  return [
    ...(strayed > 0
      ? [`Of ${count(strayed, "signal", "signals")} the replay makes something else than what happened: live quotes are finer than candles. Hold the changed rules against the replay.`]
      : []),
    ...(waiting > 0 ? [`${count(waiting, "signal waits", "signals wait")} for candles that are not stored yet.`] : []),
    ...(missing > 0 ? [`${count(missing, "candle is", "candles are")} missing in between.`] : []),
    ...(gates.length > 0 ? [`Left out, as no rule here would have let them pass: ${gates.join(", ")}.`] : []),
    ...(versions > 1 ? [`The session’s settings changed meanwhile, in ${versions} versions; the replay holds to the last one that it decided by.`] : []),
  ];
}

export function Caveats({ result }: { result: WhatIf }) {
  const said = caveatsOf(result);
  if (said.length === 0) return null;
  return (
    <ul className="note caveats" data-testid="whatif-caveats">
      {said.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
