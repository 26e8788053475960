import type { Broker } from "../../api/brokerTypes";
import { Icon } from "../../ui/icons";
import { CAPABILITIES, FEATURES, leverage } from "./filter";

function Flag({ value }: { value: boolean }) {
  return (
    <td className={`flag ${value ? "up" : ""}`}>
      {value ? <Icon name="check" /> : <span aria-hidden="true">–</span>}
      <span className="visually-hidden">{value ? "yes" : "no"}</span>
    </td>
  );
}

function Row({ broker }: { broker: Broker }) {
  const closed = broker.state === "CLOSED";
  return (
    <tr className={closed ? "closed" : ""} data-testid="capability-row">
      <th scope="row">
        {broker.name}
        {closed && <small> closed</small>}
      </th>
      <td className="number">{leverage(broker)}</td>
      <Flag value={broker.testnetAvailable} />
      {FEATURES.map(({ name }) => (
        <Flag key={name} value={broker.features[name]} />
      ))}
      {CAPABILITIES.map(({ name }) => (
        <Flag key={name} value={broker.capabilities[name]} />
      ))}
    </tr>
  );
}

/** Every broker against every capability. What a column means stands below: a tooltip is not for everyone. */
export function CapabilityTable({ brokers }: { brokers: Broker[] }) {
  return (
    <>
      <div className="table-box" tabIndex={0} role="region" aria-label="Capabilities of the brokers">
        <table className="table capabilities" data-testid="capability-table">
          <thead>
            <tr>
              <th scope="col">Broker</th>
              <th scope="col" className="number">
                Max leverage
              </th>
              <th scope="col">Testnet</th>
              {FEATURES.map(({ name, label }) => (
                <th key={name} scope="col">
                  {label}
                </th>
              ))}
              {CAPABILITIES.map(({ name, label, means }) => (
                <th key={name} scope="col" title={means}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {brokers.map((broker) => (
              <Row key={broker.id} broker={broker} />
            ))}
          </tbody>
        </table>
      </div>
      <dl className="meanings">
        {CAPABILITIES.map(({ name, label, means }) => (
          <div key={name}>
            <dt>{label}</dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
