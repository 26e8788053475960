import { useState } from "react";

import { Act } from "../../ui/Act";
import { Icon } from "../../ui/icons";
import { EngageDialog } from "./EngageDialog";
import type { KillState } from "./useKillSwitch";

/** On every page, whatever else is the matter with it. */
export function KillButton({ kill }: { kill: KillState }) {
  const [asked, setAsked] = useState(false);
  const engaged = kill.known?.engaged === true;
  return (
    <>
      <Act>
        <button
          type="button"
          className={`button kill ${engaged ? "engaged" : ""}`}
          aria-pressed={engaged}
          aria-haspopup="dialog"
          aria-label="Kill switch"
          data-testid="kill-switch"
          onClick={() => setAsked(true)}
        >
          <Icon name="stop" />
          <span className="kill-word">{engaged ? "Engaged" : "Kill switch"}</span>
        </button>
      </Act>
      {asked && <EngageDialog kill={kill} close={() => setAsked(false)} />}
    </>
  );
}
