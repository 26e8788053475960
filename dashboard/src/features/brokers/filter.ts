import type { Broker, Capability, Feature } from "../../api/brokerTypes";

export const FEATURES: { name: Feature; label: string }[] = [
  { name: "spot", label: "Spot" },
  { name: "futures", label: "Futures" },
  { name: "perpetuals", label: "Perpetuals" },
  { name: "options", label: "Options" },
  { name: "websocket", label: "WebSocket" },
];

export const CAPABILITIES: { name: Capability; label: string; means: string }[] = [
  { name: "nativeBracket", label: "Native bracket", means: "Entry, stop and target go to the broker as one order." },
  { name: "holdsStops", label: "Holds stops", means: "Stops and targets rest at the broker, so they work while Signalist is down." },
  { name: "amendsOrders", label: "Amends orders", means: "A working order can be changed without canceling it." },
  { name: "clientOrderIds", label: "Client order ids", means: "Orders are found again by our own ids, so a lost answer never doubles an order." },
  { name: "setsLeverage", label: "Sets leverage", means: "Leverage can be set before an entry." },
  { name: "streamsQuotes", label: "Streams quotes", means: "Prices are pushed, not asked for." },
  { name: "streamsTrades", label: "Streams trades", means: "The market's trades are pushed." },
  { name: "streamsOrders", label: "Streams orders", means: "Changes of our orders are pushed." },
];

export interface BrokerFilter {
  text: string;
  feature: Feature | "";
  testnet: boolean;
  open: boolean;
}

export const ANY_BROKER: BrokerFilter = { text: "", feature: "", testnet: false, open: false };

export function fits(broker: Broker, filter: BrokerFilter): boolean {
  const text = filter.text.trim().toLowerCase();
  const names = [broker.name, broker.id, ...broker.supportedPairs];
  return (
    (text === "" || names.some((name) => name.toLowerCase().includes(text))) &&
    (filter.feature === "" || broker.features[filter.feature]) &&
    (!filter.testnet || broker.testnetAvailable) &&
    (!filter.open || broker.state === "AVAILABLE")
  );
}

export function leverage(broker: Broker): string {
  return broker.maxLeverage === null ? "Spot only" : `${broker.maxLeverage}×`;
}
