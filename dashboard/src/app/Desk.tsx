import { useEffect, useState } from "react";

import type { Me } from "../api/types";
import { newsToast } from "../features/toasts/news";
import { Toasts } from "../features/toasts/Toasts";
import { toasts } from "../features/toasts/toasts";
import { ControllerContext } from "../state/context";
import { Controller } from "../state/controller";
import { Shell } from "./Shell";

/** Everything behind the login: one controller follows the live socket for as long as it is shown. */
export function Desk({ me, signedOut }: { me: Me; signedOut: (expired: boolean) => void }) {
  const [controller] = useState(() => new Controller());

  useEffect(() => {
    const stopWatching = controller.signedOut.on(() => signedOut(true));
    const stopTelling = controller.news.on((frame) => {
      const toast = newsToast(frame, controller.store.get().account?.id);
      if (toast !== null) toasts.show(toast);
    });
    controller.start();
    return () => {
      stopWatching();
      stopTelling();
      controller.stop();
    };
  }, [controller, signedOut]);

  return (
    <ControllerContext value={controller}>
      <Shell me={me} signedOut={signedOut} />
      <Toasts />
    </ControllerContext>
  );
}
