import type { Contract } from "../../api/types";
import { money, quantity, words } from "../../lib/format";
import { moment } from "../../lib/time";

const amount = (value: string | null, currency: string) => money(value === null ? null : Number(value), currency);

/** What a contract was bought as: for how much, what it may pay, and its number at the broker. */
export function ContractFacts({ contract, currency }: { contract: Contract; currency: string }) {
  const { contract_id, contract_type, status, stake, payout, multiplier, expires_at } = contract;
  const facts = [
    `stake ${amount(stake, currency)}`,
    multiplier !== null ? `×${quantity(multiplier)}` : "",
    payout !== null ? `payout ${amount(payout, currency)}` : "",
    status === "open" ? (expires_at !== null ? `until ${moment(expires_at)}` : "") : words(status).toLowerCase(),
  ];
  return (
    <small className="contract-facts" data-testid="contract-facts" title={`Contract ${contract_id}`}>
      {contract_type} {contract_id} · {facts.filter(Boolean).join(" · ")}
    </small>
  );
}
