import { api } from "../api/client";
import { Link } from "../app/router";
import { BrokerBrowser } from "../features/brokers/BrokerBrowser";
import { ConnectView } from "../features/brokers/connect/ConnectView";
import { CredentialList } from "../features/brokers/CredentialList";
import { Empty, ErrorState, Skeleton } from "../ui/states";
import { useLoaded } from "../ui/useLoaded";

/** All brokers and the saved keys; with `part`, the one broker that it names. */
export function BrokersPage({ part }: { part: string }) {
  const brokers = useLoaded(api.brokers);
  const credentials = useLoaded(api.credentials);
  if (part === "") {
    return (
      <div className="brokers">
        <h1 className="visually-hidden">Brokers</h1>
        <BrokerBrowser brokers={brokers} credentials={credentials.data ?? []} />
        <CredentialList credentials={credentials} />
      </div>
    );
  }
  const broker = brokers.data?.find((item) => item.id === part);
  if (broker !== undefined) {
    return (
      <>
        <h1 className="visually-hidden">Connect {broker.name}</h1>
        <ConnectView key={broker.id} broker={broker} changed={credentials.reload} />
      </>
    );
  }
  if (brokers.data !== null) {
    return (
      <Empty title="There is no such broker">
        <Link to="/brokers">See all brokers</Link>
      </Empty>
    );
  }
  if (brokers.problem !== null) {
    return <ErrorState title="The brokers cannot be loaded" message={brokers.problem} retry={brokers.reload} />;
  }
  return <Skeleton lines={12} />;
}
