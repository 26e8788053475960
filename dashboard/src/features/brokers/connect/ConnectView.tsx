import { useEffect, useRef, useState } from "react";

import type { Broker, Credential } from "../../../api/brokerTypes";
import { Link } from "../../../app/router";
import { Icon } from "../../../ui/icons";
import { Act } from "../../../ui/Act";
import { Panel } from "../../../ui/Panel";
import { BrokerLogo } from "../BrokerLogo";
import { ConnectForm } from "./ConnectForm";
import { KeyGuide } from "./KeyGuide";

function Saved({ credential }: { credential: Credential }) {
  const mode = credential.environment === "live" ? "LIVE" : "DEMO";
  const note = useRef<HTMLDivElement>(null);
  useEffect(() => {
    note.current?.focus();
  }, []);
  return (
    <div ref={note} tabIndex={-1} className="saved-note" data-testid="credential-saved">
      <p>
        <b>Saved as {credential.label}.</b> Open an account with these keys to trade.
      </p>
      <Link to={`/accounts?new=${mode}&credential=${credential.id}`} className="button small primary">
        Open an account
      </Link>
    </div>
  );
}

function Body({ broker, changed }: { broker: Broker; changed: () => void }) {
  const [credential, setCredential] = useState<Credential | null>(null);
  if (broker.state === "CLOSED") {
    return (
      <p className="form-error" role="alert" data-testid="broker-closed">
        {broker.name} is closed. {broker.stateReason}
      </p>
    );
  }
  if (broker.credentials.length === 0) {
    return (
      <p className="muted">
        {broker.name} needs no keys. <Link to="/accounts?new=PAPER">Open a paper account</Link>
      </p>
    );
  }
  return (
    <>
      <div role="status">{credential && <Saved key={credential.id} credential={credential} />}</div>
      {/* Saved keys leave the page: their inputs are thrown away. */}
      <ConnectForm
        key={credential?.id ?? "new"}
        broker={broker}
        saved={(kept) => {
          setCredential(kept);
          changed();
        }}
      />
    </>
  );
}

export function ConnectView({ broker, changed }: { broker: Broker; changed: () => void }) {
  const open = broker.state === "AVAILABLE" && broker.credentials.length > 0;
  return (
    <div className="connect">
      <p className="crumb">
        <Link to="/brokers" testId="all-brokers">
          <Icon name="back" /> All brokers
        </Link>
      </p>
      <Panel title={`Connect ${broker.name}`} testId="connect" aside={<BrokerLogo broker={broker} />}>
        <div className="connect-body">
          <Act>
            <Body broker={broker} changed={changed} />
          </Act>
        </div>
      </Panel>
      {open && <KeyGuide broker={broker} />}
    </div>
  );
}
