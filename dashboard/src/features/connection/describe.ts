import type { Connection } from "../../live/socket";

export interface Description {
  tone: "good" | "warn" | "bad";
  text: string;
}

function seconds(retryAt: number, now: number): number {
  return Math.max(0, Math.ceil((retryAt - now) / 1000));
}

/** The connection in a few words; `now` is epoch ms. */
export function describe(connection: Connection, now: number): Description {
  switch (connection.state) {
    case "live":
      return { tone: "good", text: "Live" };
    case "connecting":
      return { tone: "warn", text: "Connecting…" };
    case "syncing":
      return { tone: "warn", text: "Loading…" };
    case "reconnecting":
      return { tone: "warn", text: `Reconnecting in ${seconds(connection.retryAt, now)}s` };
    case "offline":
      return {
        tone: "bad",
        text: connection.retryAt === null ? "Offline" : `Offline · retry in ${seconds(connection.retryAt, now)}s`,
      };
  }
}
