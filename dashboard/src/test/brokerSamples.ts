import type { Broker, Connected, Credential } from "../api/brokerTypes";
import type { Account } from "../api/types";
import { account } from "./samples";

export const broker: Broker = {
  id: "deribit",
  name: "Deribit",
  logo: "",
  maxLeverage: 50,
  supportedPairs: ["BTC-PERPETUAL"],
  docsURL: "https://docs.deribit.com",
  features: { spot: true, futures: true, perpetuals: true, options: true, websocket: true },
  testnetAvailable: true,
  credentials: [
    { name: "api_key", label: "API key", secret: false, required: true, help: "The client id.", choices: [] },
    { name: "api_secret", label: "API secret", secret: true, required: true, help: "", choices: [] },
  ],
  state: "AVAILABLE",
  stateReason: "",
  capabilities: {
    nativeBracket: true,
    holdsStops: true,
    amendsOrders: true,
    clientOrderIds: true,
    setsLeverage: false,
    streamsQuotes: true,
    streamsTrades: true,
    streamsOrders: true,
  },
  keyGuide: { url: "https://www.deribit.com", steps: ["Add a key."], permissions: ["trade:read_write"] },
};

export const closedBroker: Broker = {
  ...broker,
  id: "bitmex",
  name: "BitMEX",
  supportedPairs: ["XBTUSD"],
  features: { ...broker.features, spot: false, options: false },
  testnetAvailable: false,
  state: "CLOSED",
  stateReason: "BitMEX ceased trading on 2026-09-23.",
};

export const deriv: Broker = {
  ...broker,
  id: "deriv",
  name: "Deriv",
  maxLeverage: null,
  supportedPairs: ["R_100"],
  credentials: [
    { name: "token", label: "Token", secret: true, required: true, help: "", choices: [] },
    { name: "app_id", label: "App id", secret: false, required: true, help: "", choices: [] },
    { name: "api", label: "API", secret: false, required: false, help: "", choices: ["current", "legacy"] },
  ],
};

export const paperBroker: Broker = { ...broker, id: "paper", name: "Paper trading", testnetAvailable: false, credentials: [] };

export const credential: Credential = {
  id: 4,
  broker: "deribit",
  broker_name: "Deribit",
  label: "Deribit live",
  environment: "live",
  account_id: "",
  fields: ["api_key", "api_secret"],
  key_id: "k1",
  status: "VALID",
  checked_at: "2026-01-05T10:00:00Z",
  error: "",
  created_at: "2026-01-05T10:00:00Z",
  accounts: [],
};

export const connected: Connected = {
  broker: "deribit",
  environment: "test",
  accountId: "12345",
  accountType: "demo",
  balances: [{ currency: "BTC", total: "10", free: "9.5", equity: "10.01" }],
  latencyMs: 84.2,
  permissions: ["trade:read_write"],
  credential: null,
};

export const liveAccount: Account = {
  ...account,
  id: 3,
  name: "Deribit main",
  broker: "deribit",
  broker_name: "Deribit",
  mode: "LIVE",
  environment: "live",
  credential: 4,
  live_trading_enabled: false,
  connection: {
    state: "CONNECTED",
    latency_ms: 43.4,
    connected_at: "2026-01-05T10:00:00Z",
    last_reconnect_at: null,
    reconnects: 0,
    error: "",
    checked_at: "2026-01-05T10:00:00Z",
  },
  reconciled_at: "2026-01-05T10:00:00Z",
};
