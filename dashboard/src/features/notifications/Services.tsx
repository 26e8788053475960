import { useState } from "react";

import type { NotificationService } from "../../api/alertTypes";
import { api } from "../../api/client";
import { ErrorState, Skeleton } from "../../ui/states";
import { Panel } from "../../ui/Panel";
import { useLoaded } from "../../ui/useLoaded";

/** Those that most people ask for. */
const FIRST = ["discord", "slack", "tgram", "mailto", "ntfy", "pover", "gotify", "json"];

const isFirst = ({ schemes }: NotificationService) => schemes.some((scheme) => FIRST.includes(scheme));

export function fitting(services: NotificationService[], text: string): NotificationService[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return services.filter(isFirst);
  return services.filter(({ name, schemes }) => [name, ...schemes].some((item) => item.toLowerCase().includes(wanted)));
}

function ServiceList({ services }: { services: NotificationService[] }) {
  const [text, setText] = useState("");
  const found = fitting(services, text);
  return (
    <>
      <div className="service-search">
        <input
          type="search"
          aria-label="Find a service"
          placeholder={`Find one of ${services.length} services`}
          value={text}
          data-testid="service-search"
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <ul className="services" data-testid="services">
        {found.map(({ name, schemes, docs }) => (
          <li key={name}>
            <a href={docs} target="_blank" rel="noopener noreferrer">
              {name}
            </a>
            <code>{schemes.map((scheme) => `${scheme}://`).join(" ")}</code>
          </li>
        ))}
        {found.length === 0 && <li className="muted">No service is called that.</li>}
      </ul>
    </>
  );
}

/** How addresses are written, service by service. */
export function Services() {
  const { data, problem, reload } = useLoaded(api.notificationServices);
  return (
    <Panel title="How addresses are written" testId="services-panel">
      <p className="panel-text muted">
        Paste what the service gives you, a Discord or Slack webhook for instance, or write it in apprise’s notation. Each name
        leads to its description.
      </p>
      {problem !== null ? (
        <ErrorState title="The services cannot be loaded" message={problem} retry={reload} />
      ) : data === null ? (
        <Skeleton lines={5} />
      ) : (
        <ServiceList services={data.services} />
      )}
    </Panel>
  );
}
