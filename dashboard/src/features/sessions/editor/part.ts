import type { FieldErrors } from "../../../api/http";
import type { Account } from "../../../api/types";
import type { Draft } from "./draft";

/** What each part of the form gets: all that is typed, and what the server said of it. */
export interface PartProps {
  draft: Draft;
  account: Account;
  errors: FieldErrors;
  change: (change: Partial<Draft>) => void;
}

/** What a part needs that asks for nothing of the account but its currency. */
export interface MoneyPartProps extends Omit<PartProps, "account"> {
  account: Pick<Account, "currency">;
}

/** What a part needs that asks for nothing of the account. */
export type RulePartProps = Omit<PartProps, "account">;
