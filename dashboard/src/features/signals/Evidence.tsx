import type { Signal } from "../../api/types";
import { figure, price, words } from "../../lib/format";
import { moment } from "../../lib/time";

/** Why the signal fired, and the levels it names. */
export function Evidence({ signal }: { signal: Signal }) {
  const measured = Object.entries(signal.evidence);
  return (
    <div className="evidence">
      <dl className="pairs">
        <div>
          <dt>Entry</dt>
          <dd>{price(signal.entry_price)}</dd>
        </div>
        <div>
          <dt>Stop</dt>
          <dd>{price(signal.stop_loss)}</dd>
        </div>
        <div>
          <dt>{signal.take_profits.length > 1 ? "Targets" : "Target"}</dt>
          <dd>{signal.take_profits.map((level) => price(level)).join(", ") || "–"}</dd>
        </div>
        <div>
          <dt>Market time</dt>
          <dd>{moment(signal.market_time)}</dd>
        </div>
      </dl>
      {measured.length > 0 && (
        <>
          <h3>Why it fired</h3>
          <dl className="pairs">
            {measured.map(([name, value]) => (
              <div key={name}>
                <dt>{words(name)}</dt>
                <dd>{figure(value)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </div>
  );
}
