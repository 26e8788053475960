import type { Broker } from "../../api/brokerTypes";
import { Link } from "../../app/router";
import { BrokerLogo } from "./BrokerLogo";
import { FEATURES, leverage } from "./filter";

function Action({ broker }: { broker: Broker }) {
  if (broker.state === "CLOSED") return null;
  if (broker.credentials.length === 0) {
    return (
      <Link to="/accounts?new=PAPER" className="button small">
        Open an account
      </Link>
    );
  }
  return (
    <Link to={`/brokers/${broker.id}`} className="button small primary" testId={`connect-${broker.id}`}>
      Connect<span className="visually-hidden"> {broker.name}</span>
    </Link>
  );
}

export function BrokerCard({ broker, saved }: { broker: Broker; saved: number }) {
  const closed = broker.state === "CLOSED";
  const features = FEATURES.filter(({ name }) => broker.features[name]);
  return (
    <li className={`broker-card ${closed ? "closed" : ""}`} data-testid="broker-card" data-broker={broker.id}>
      <div className="broker-head">
        <BrokerLogo broker={broker} />
        <h3>{broker.name}</h3>
        {closed && <span className="badge down">Closed</span>}
        {saved > 0 && <span className="badge up">{saved === 1 ? "1 key saved" : `${saved} keys saved`}</span>}
      </div>
      {closed && <p className="broker-reason">{broker.stateReason}</p>}
      <ul className="chips" aria-label="What it trades">
        {features.map(({ name, label }) => (
          <li key={name}>{label}</li>
        ))}
      </ul>
      <dl className="broker-facts">
        <div>
          <dt>Max leverage</dt>
          <dd>{leverage(broker)}</dd>
        </div>
        <div>
          <dt>Testnet</dt>
          <dd>{broker.testnetAvailable ? "Yes" : "No"}</dd>
        </div>
      </dl>
      <div className="broker-foot">
        <Action broker={broker} />
        {broker.docsURL && (
          <a href={broker.docsURL} target="_blank" rel="noreferrer">
            API docs<span className="visually-hidden"> of {broker.name}, in a new tab</span>
          </a>
        )}
      </div>
    </li>
  );
}
