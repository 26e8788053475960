import type { Credential } from "../../api/brokerTypes";
import { useDash } from "../../state/context";
import { Panel } from "../../ui/Panel";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import type { Loaded } from "../../ui/useLoaded";
import { CredentialRow } from "./CredentialRow";

/** Keys that are kept, encrypted, on the server: they are used there and never come back here. */
export function CredentialList({ credentials }: { credentials: Loaded<Credential[]> }) {
  const accounts = useDash((state) => state.accounts);
  const { data, problem, reload } = credentials;
  const users = (ids: number[]) => ids.map((id) => accounts.find((item) => item.id === id)?.name ?? `account ${id}`);
  return (
    <Panel title="Saved keys" count={data?.length || undefined} testId="credentials" className="area-credentials">
      {problem !== null && data === null ? (
        <ErrorState title="The saved keys cannot be loaded" message={problem} retry={reload} />
      ) : data === null ? (
        <Skeleton lines={3} />
      ) : data.length === 0 ? (
        <Empty title="No keys saved">Connect a broker: its keys are tested first, and kept encrypted if you save them.</Empty>
      ) : (
        <ul>
          {data.map((credential) => (
            <CredentialRow key={credential.id} credential={credential} users={users(credential.accounts)} changed={reload} />
          ))}
        </ul>
      )}
    </Panel>
  );
}
