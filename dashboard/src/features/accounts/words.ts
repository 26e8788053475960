/** Connections and differences in plain words. */

import type { BrokerConnection, Difference } from "../../api/brokerTypes";
import { ago } from "../../lib/time";

export interface Said {
  tone: "good" | "warn" | "bad" | "idle";
  text: string;
}

const STATES: Record<NonNullable<BrokerConnection["state"]>, Said> = {
  CONNECTED: { tone: "good", text: "Connected" },
  CONNECTING: { tone: "warn", text: "Connecting…" },
  DEGRADED: { tone: "warn", text: "Connected, but a stream is silent: it is polled instead" },
  DISCONNECTED: { tone: "bad", text: "Disconnected" },
  REFUSED: { tone: "bad", text: "The broker refuses the keys" },
};

export function connectionSaid(connection: BrokerConnection | null | undefined): Said {
  if (!connection?.state) return { tone: "idle", text: "Not connected yet" };
  return STATES[connection.state];
}

/** "Never reconnected", or when it last did and how often. */
export function reconnectsSaid(connection: BrokerConnection, now: number): string {
  const { last_reconnect_at, reconnects } = connection;
  if (last_reconnect_at === null) return "Never";
  return `${ago(last_reconnect_at, now)}${reconnects > 1 ? ` (${reconnects} times in all)` : ""}`;
}

/** One difference; the server's own sentence where it has one. */
export function differenceSaid({ kind, symbol, ours, theirs, message }: Difference): string {
  if (message) return message;
  const what = [symbol, kind.toLowerCase().replace(/[_-]+/g, " ")].filter(Boolean).join(" ");
  return `${what}: ${ours || "nothing"} here, ${theirs || "nothing"} at the broker.`;
}
