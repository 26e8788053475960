import "../../styles/whatif.css";

import { type FormEvent, useMemo, useState } from "react";

import { backtests } from "../../api/backtests";
import type { WhatIf } from "../../api/backtestTypes";
import type { Session } from "../../api/sessionTypes";
import type { Account } from "../../api/types";
import { moment } from "../../lib/time";
import { useLoaded } from "../../ui/useLoaded";
import { useOnce } from "../../ui/useOnce";
import { errorsAt } from "../sessions/editor/errors";
import { sourceRequest, sourcesOf } from "./candleSources";
import { Caveats } from "./Caveats";
import { Differences } from "./Differences";
import { SliderField } from "./SliderField";
import { isMoved, type Moved, type SliderName, slidersOf, whatIfRequest } from "./sliders";
import { WhatIfColumns } from "./WhatIfColumns";

/** Move a session's rules, and see what its recorded signals would have come to. Nothing is changed by it. */
export function WhatIfPanel({ session, account, close }: { session: Session; account: Account; close: () => void }) {
  const sliders = useMemo(() => slidersOf(session, account), [session, account]);
  const [moved, setMoved] = useState<Moved>({});
  const [result, setResult] = useState<{ of: Moved; found: WhatIf } | null>(null);
  const options = useLoaded(backtests.options);
  const sources = useMemo(() => sourcesOf(session, options.data?.series ?? []), [session, options.data]);
  const [venue, setVenue] = useState("");
  const source = sources.find((item) => item.venue === venue) ?? sources[0];
  const send = useOnce(async () => {
    const candles = source === undefined ? {} : sourceRequest(source, session);
    const found = await backtests.whatIf({ ...whatIfRequest(session, account, moved), ...candles });
    setResult({ of: moved, found });
  });
  const set = (name: SliderName) => (value: string) => {
    send.clear();
    setMoved((now) => ({ ...now, [name]: value }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.run();
  };
  const errors = send.problem?.fields ?? {};
  const placed = sliders.some(({ path }) => errorsAt(errors, path));
  const stale = result !== null && result.of !== moved;
  return (
    <div className="whatif">
      <p className="muted">Its recorded signals are traded again over stored candles, by the rules that you move here. The session itself stays as it is.</p>
      <form noValidate onSubmit={submit} data-testid="whatif-form">
        <div className="sliders">
          {sliders.map((slider) => (
            <SliderField key={slider.name} slider={slider} value={moved[slider.name] ?? ""} errors={errorsAt(errors, slider.path)} change={set(slider.name)} />
          ))}
        </div>
        {sources.length > 0 && (
          <div className="whatif-source">
            <label htmlFor="whatif-venue">Candles</label>
            <select id="whatif-venue" value={source?.venue ?? ""} data-testid="whatif-venue" onChange={(event) => setVenue(event.target.value)}>
              {sources.map((item) => (
                <option key={item.venue} value={item.venue}>
                  {item.venue}
                </option>
              ))}
            </select>
            {source?.until && <span className="muted">stored until {moment(source.until)}</span>}
          </div>
        )}
        {send.problem && (
          <p className="form-error" role="alert" data-testid="whatif-problem">
            {placed ? "Some rules need another look." : Object.values(errors).flat().join(" ") || send.problem.message}
          </p>
        )}
        <div className="row-actions">
          <button type="submit" className="button primary" disabled={send.busy || (options.data === null && options.problem === null)} data-testid="whatif-replay">
            {send.busy ? "Replaying…" : "Replay"}
          </button>
          <button type="button" className="button ghost" disabled={send.busy || !isMoved(moved)} onClick={() => setMoved({})}>
            Reset all
          </button>
          <button type="button" className="button ghost" data-testid="whatif-close" onClick={close}>
            Close
          </button>
          <span className="muted" aria-live="polite">
            {stale ? "The rules have moved since the last replay." : result === null && !isMoved(moved) ? "Nothing is moved yet: it replays the session as it was." : ""}
          </span>
        </div>
      </form>
      {result !== null && (
        <div className={`whatif-result ${stale ? "stale" : ""}`} data-testid="whatif-result">
          <WhatIfColumns result={result.found} currency={result.found.currency} />
          <Caveats result={result.found} />
          <Differences result={result.found} />
        </div>
      )}
    </div>
  );
}
