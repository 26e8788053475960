import { useState } from "react";

import { fullAddress } from "./address";

/** The record's address, to be copied; where the browser does not let us, it is selected to be copied by hand. */
export function CopyLink({ path }: { path: string }) {
  const [copied, setCopied] = useState(false);
  const address = fullAddress(path);
  const copy = (input: HTMLInputElement | null) => {
    input?.select();
    // There is no clipboard on plain http.
    navigator.clipboard?.writeText(address).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <span className="copy-link">
      <input
        type="text"
        readOnly
        value={address}
        aria-label="Public address"
        data-testid="record-address"
        onFocus={(event) => event.target.select()}
      />
      <button
        type="button"
        className="button small"
        data-testid="record-copy"
        onClick={(event) => copy(event.currentTarget.parentElement?.querySelector("input") ?? null)}
      >
        {copied ? "Copied" : "Copy link"}
      </button>
      <span className="visually-hidden" role="status">
        {copied ? "The link was copied." : ""}
      </span>
    </span>
  );
}
