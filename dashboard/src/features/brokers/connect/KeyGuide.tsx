import type { Broker } from "../../../api/brokerTypes";
import { Icon } from "../../../ui/icons";
import { Panel } from "../../../ui/Panel";

/** How to get a key that can do no more than it must. */
export function KeyGuide({ broker }: { broker: Broker }) {
  const { url, steps, permissions } = broker.keyGuide;
  return (
    <Panel title="A key with the least rights" testId="key-guide">
      <div className="guide">
        <ol>
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
        {permissions.length > 0 && (
          <>
            <h3>Rights it needs</h3>
            <ul className="chips">
              {permissions.map((permission) => (
                <li key={permission}>{permission}</li>
              ))}
            </ul>
          </>
        )}
        <p className="guide-never">
          <Icon name="alert" />
          <span>
            Never allow withdrawals. Signalist trades; it moves no money out, and a key that cannot either is worth little to a
            thief.
          </span>
        </p>
        {url && (
          <a href={url} target="_blank" rel="noreferrer">
            Make a key at {broker.name}
            <span className="visually-hidden"> (opens a new tab)</span>
          </a>
        )}
      </div>
    </Panel>
  );
}
