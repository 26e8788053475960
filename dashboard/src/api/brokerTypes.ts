/** What the API says of brokers, of the keys to them, and of the connections that these open. */

import type { AccountSettings } from "./types";

export type Environment = "live" | "test";

export type Feature = "spot" | "futures" | "perpetuals" | "options" | "websocket";

export type Capability =
  | "nativeBracket"
  | "holdsStops"
  | "amendsOrders"
  | "clientOrderIds"
  | "setsLeverage"
  | "streamsQuotes"
  | "streamsTrades"
  | "streamsOrders";

export interface CredentialField {
  name: string;
  label: string;
  secret: boolean;
  required: boolean;
  help: string;
  /** What it may be; empty for any text. */
  choices: string[];
}

export interface Broker {
  id: string;
  name: string;
  logo: string;
  /** Null: spot only. */
  maxLeverage: number | null;
  supportedPairs: string[];
  docsURL: string;
  features: Record<Feature, boolean>;
  testnetAvailable: boolean;
  /** What an account there is reached with; empty for one that needs no keys. */
  credentials: CredentialField[];
  state: "AVAILABLE" | "CLOSED";
  stateReason: string;
  capabilities: Record<Capability, boolean>;
  keyGuide: { url: string; steps: string[]; permissions: string[] };
}

/** Saved keys, without the keys: `fields` names what is held. */
export interface Credential {
  id: number;
  broker: string;
  broker_name: string;
  label: string;
  environment: Environment;
  account_id: string;
  fields: string[];
  key_id: string;
  status: "UNTESTED" | "VALID" | "INVALID";
  checked_at: string | null;
  error: string;
  created_at: string;
  /** The ids of the accounts that use them. */
  accounts: number[];
}

export interface ConnectRequest {
  broker: string;
  environment: Environment;
  credentials: Record<string, string>;
  account_id?: string;
  save?: boolean;
  label?: string;
}

export interface Connected {
  broker: string;
  environment: Environment;
  accountId: string;
  accountType: "demo" | "real";
  balances: { currency: string; total: string; free: string; equity: string }[];
  latencyMs: number | null;
  /** Null: the broker does not tell. */
  permissions: string[] | null;
  credential: Credential | null;
}

export interface BrokerConnection {
  state: "CONNECTED" | "DISCONNECTED" | "CONNECTING" | "DEGRADED" | "REFUSED" | null;
  latency_ms: number | null;
  connected_at: string | null;
  last_reconnect_at: string | null;
  reconnects: number;
  error: string;
  checked_at: string | null;
}

/** Where our books and the broker's disagree. */
export interface Difference {
  kind: string;
  symbol: string;
  ours: string | null;
  theirs: string | null;
  message: string;
  since: string | null;
}

export type Mode = "PAPER" | "DEMO" | "LIVE";

export interface NewAccount {
  name: string;
  mode: Mode;
  broker?: string;
  credential?: number;
  initial_balance?: string;
  currency?: string;
  leverage?: string;
  /** At a broker: what sessions are to trade, in its words. */
  symbols?: string[];
  timeframe?: string;
}

export interface AccountChanges extends Partial<AccountSettings> {
  name?: string;
  is_enabled?: boolean;
  leverage?: string;
}
