import { useState } from "react";

import type { Channel } from "../../api/alertTypes";
import { api } from "../../api/client";
import { Act } from "../../ui/Act";
import { Panel } from "../../ui/Panel";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { useLoaded } from "../../ui/useLoaded";
import { ChannelForm } from "./ChannelForm";
import { ChannelRow } from "./ChannelRow";

/** The ways by which alerts leave this screen. */
export function Channels() {
  const { data: channels, problem, reload } = useLoaded(api.channels);
  const [editing, setEditing] = useState<Channel | "new" | null>(null);
  return (
    <Panel
      title="Channels"
      count={channels?.length}
      testId="channels"
      aside={
        <Act>
          <button type="button" className="button small primary" data-testid="channel-new" onClick={() => setEditing("new")}>
            New channel
          </button>
        </Act>
      }
    >
      {problem !== null ? (
        <ErrorState title="The channels cannot be loaded" message={problem} retry={reload} />
      ) : channels === null ? (
        <Skeleton lines={4} />
      ) : channels.length === 0 ? (
        <Empty title="No channel yet">Alerts are shown here only. A channel sends them to Telegram, Discord, by e-mail or wherever you are.</Empty>
      ) : (
        <ul>
          {channels.map((channel) => (
            <ChannelRow key={channel.id} channel={channel} edit={() => setEditing(channel)} changed={reload} />
          ))}
        </ul>
      )}
      {editing !== null && <ChannelForm channel={editing === "new" ? null : editing} saved={reload} close={() => setEditing(null)} />}
    </Panel>
  );
}
