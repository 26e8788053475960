import { Suspense, useState } from "react";

import type { Session } from "../../api/sessionTypes";
import type { Account } from "../../api/types";
import { lazyPage } from "../../app/lazyPage";
import { Dialog } from "../../ui/Dialog";
import { Skeleton } from "../../ui/states";

const WhatIfPanel = lazyPage(() => import("./WhatIfPanel").then((module) => module.WhatIfPanel));

/** Beside a session: what would have come of its signals by other rules. */
export function WhatIfButton({ session, account }: { session: Session; account: Account }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button small ghost" aria-haspopup="dialog" data-testid="whatif-open" onClick={() => setOpen(true)}>
        What if…
      </button>
      {open && (
        <Dialog title={`What if: ${session.name}`} close={() => setOpen(false)} className="wide-dialog" testId="whatif">
          <Suspense fallback={<Skeleton lines={10} />}>
            <WhatIfPanel session={session} account={account} close={() => setOpen(false)} />
          </Suspense>
        </Dialog>
      )}
    </>
  );
}
