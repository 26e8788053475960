import { useCallback } from "react";

import { api } from "../../../api/client";
import type { Algorithm, SessionSettings } from "../../../api/sessionTypes";
import { words } from "../../../lib/format";
import { moment } from "../../../lib/time";
import { Panel } from "../../../ui/Panel";
import { Empty, ErrorState, Skeleton } from "../../../ui/states";
import { useLoaded } from "../../../ui/useLoaded";

/** What is different from the version before it, by name. */
function changed(version: Algorithm, before: Algorithm | undefined): string {
  if (before === undefined) return "The first";
  const names = new Set([...Object.keys(version.config), ...Object.keys(before.config)]) as Set<keyof SessionSettings>;
  const different = [...names].filter((name) => JSON.stringify(version.config[name]) !== JSON.stringify(before.config[name]));
  return different.length ? different.map(words).join(", ") : "Nothing";
}

/** Every version of what the session was told. `now` makes it look again when another was made. */
export function Versions({ session, now }: { session: number; now: number | null }) {
  // `now` is no argument of the request, and yet a reason for another.
  const load = useCallback(() => (now === null ? Promise.resolve([]) : api.algorithms(session)), [session, now]);
  const { data, problem, reload } = useLoaded(load);
  return (
    <Panel title="Versions" count={data?.length || undefined} testId="versions">
      {problem !== null ? (
        <ErrorState title="The versions cannot be loaded" message={problem} retry={reload} />
      ) : data === null ? (
        <Skeleton lines={3} />
      ) : data.length === 0 ? (
        <Empty title="None yet">The first is made when the session starts.</Empty>
      ) : (
        <ol className="versions">
          {data.map((item, index) => (
            <li key={item.version} data-testid="version">
              <details>
                <summary>
                  <b>Version {item.version}</b>
                  <span className="muted clip">{changed(item, data[index + 1])}</span>
                  <span className="muted">
                    {moment(item.created_at)}
                    {item.created_by && ` · ${item.created_by}`}
                  </span>
                </summary>
                <pre>{JSON.stringify(item.config, null, 2)}</pre>
              </details>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
