import type { Account } from "../../api/types";
import { useDash } from "../../state/context";
import { Icon } from "../../ui/icons";

function Words({ account }: { account: Account }) {
  return (
    <div className={`live-strip ${account.live_trading_enabled ? "armed" : ""}`} data-testid="live-strip">
      <Icon name="alert" />
      <b>LIVE</b>
      <span className="clip">{account.name}</span>
      {account.live_trading_enabled ? (
        <span>
          <b>REAL MONEY</b>
          <span className="wide-only"> · live trading is on</span>
        </span>
      ) : (
        <span>live trading is off</span>
      )}
    </div>
  );
}

/** Above every page while the selected account holds real money. */
export function LiveStrip() {
  const account = useDash((state) => state.account);
  return <div role="status">{account?.mode === "LIVE" && <Words account={account} />}</div>;
}
