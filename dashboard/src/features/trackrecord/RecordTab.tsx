import "../../styles/trackrecord.css";

import type { Account } from "../../api/types";
import { useDash } from "../../state/context";
import { Act } from "../../ui/Act";
import { Panel } from "../../ui/Panel";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import type { Scope } from "../performance/scope";
import { PublishForm } from "./PublishForm";
import { RecordRow } from "./RecordRow";
import { useRecords } from "./useRecords";

/** Of what a record is: "Paper", "Paper · Razor". */
export function nameOf(accounts: Account[], { account, session }: { account: number; session: number | null }): string {
  const owner = accounts.find((item) => item.id === account);
  const name = owner?.name ?? `Account ${account}`;
  if (session === null) return name;
  return `${name} · ${owner?.sessions?.find((item) => item.id === session)?.name ?? `session ${session}`}`;
}

/** The records that are published, and the publishing of the one that is looked at. */
export function RecordTab({ scope }: { scope: Pick<Scope, "account" | "session"> }) {
  const accounts = useDash((state) => state.accounts);
  const { records, problem, reload, take, drop } = useRecords();
  if (problem !== null && records === null) {
    return <ErrorState title="The track records cannot be loaded" message={problem} retry={reload} />;
  }
  if (records === null) return <Skeleton lines={6} />;
  const account = Number(scope.account);
  const session = scope.session === "" ? null : Number(scope.session);
  const own = records.find((record) => (session === null ? record.session === null && record.account === account : record.session === session));
  const of = nameOf(accounts, { account, session });
  return (
    <>
      {own === undefined && (
        <Panel title="Publish a track record" aside={<span className="muted">{of}</span>} className="narrow-panel">
          <p className="panel-text muted">
            A page that anybody with the link can read, and nobody can change: the results as they come, held against the log of events.
          </p>
          <Act>
            <PublishForm key={of} account={account} session={session} name={of} published={take} />
          </Act>
        </Panel>
      )}
      <Panel title="Track records" count={records.length} testId="records">
        {records.length === 0 ? (
          <Empty title="Nothing is published">What you publish is listed here, with its link.</Empty>
        ) : (
          <ul className="record-list">
            {records.map((record) => (
              <RecordRow key={record.id} record={record} of={nameOf(accounts, record)} changed={take} removed={() => drop(record.id)} />
            ))}
          </ul>
        )}
      </Panel>
    </>
  );
}
