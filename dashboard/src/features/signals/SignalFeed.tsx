import { Link } from "../../app/router";
import { useDash } from "../../state/context";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/states";
import { SignalRow } from "./SignalRow";

/** The newest signals, as they come. */
export function SignalFeed({ length }: { length: number }) {
  const signals = useDash((state) => state.signals);
  const account = useDash((state) => state.account?.id ?? 0);
  return (
    <Panel title="Signals" testId="signal-feed" className="area-signals" aside={<Link to="/signals">All signals</Link>}>
      {signals.length === 0 ? (
        <Empty title="No signal yet">Signals appear here the moment a strategy, the API or a webhook sends one.</Empty>
      ) : (
        <ul className="signals scroll">
          {signals.slice(0, length).map((signal) => (
            <SignalRow key={signal.id} signal={signal} account={account} />
          ))}
        </ul>
      )}
    </Panel>
  );
}
