import { useState } from "react";

import type { Broker } from "../../api/brokerTypes";

/** The name always stands beside it, so it says nothing by itself. */
export function BrokerLogo({ broker }: { broker: Broker }) {
  const [broken, setBroken] = useState(false);
  if (broken || !broker.logo) {
    return (
      <span className="broker-logo letters" aria-hidden="true">
        {broker.name.slice(0, 2)}
      </span>
    );
  }
  return <img className="broker-logo" src={broker.logo} alt="" width={32} height={32} loading="lazy" onError={() => setBroken(true)} />;
}
