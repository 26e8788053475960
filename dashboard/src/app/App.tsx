import { Suspense, useCallback, useEffect, useState } from "react";

import { api } from "../api/client";
import { ApiError, messageOf } from "../api/http";
import type { Me } from "../api/types";
import { LoginPage } from "../features/auth/LoginPage";
import { slugOf } from "../features/trackrecord/address";
import { ErrorState } from "../ui/states";
import { Desk } from "./Desk";
import { Guard } from "./Guard";
import { lazyPage } from "./lazyPage";

const PublicRecordPage = lazyPage(() => import("../pages/PublicRecordPage").then((module) => module.PublicRecordPage));

type Who =
  | { state: "asking" }
  | { state: "out"; expired: boolean }
  | { state: "in"; me: Me }
  | { state: "failed"; message: string };

/** A published record is for anybody; all else asks who is there. */
export function App() {
  const [record] = useState(() => slugOf(window.location.pathname));
  if (record === null) return <Known />;
  return (
    <Guard>
      <Suspense fallback={<div className="splash" role="status" aria-label="Loading" />}>
        <PublicRecordPage slug={record} />
      </Suspense>
    </Guard>
  );
}

/** Who is there: the login page, or the desk. */
function Known() {
  const [who, setWho] = useState<Who>({ state: "asking" });
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    let stale = false;
    api.me().then(
      (me) => !stale && setWho({ state: "in", me }),
      (error: unknown) => {
        if (stale) return;
        const out = error instanceof ApiError && (error.signedOut || error.status === 403);
        setWho(out ? { state: "out", expired: false } : { state: "failed", message: messageOf(error) });
      },
    );
    return () => {
      stale = true;
    };
  }, [turn]);

  const signedIn = useCallback((me: Me) => setWho({ state: "in", me }), []);
  const signedOut = useCallback((expired: boolean) => setWho({ state: "out", expired }), []);

  switch (who.state) {
    case "asking":
      return <div className="splash" role="status" aria-label="Loading" />;
    case "failed":
      return (
        <main className="splash">
          <ErrorState
            title="Signalist does not answer"
            message={who.message}
            retry={() => {
              setWho({ state: "asking" });
              setTurn(turn + 1);
            }}
          />
        </main>
      );
    case "out":
      return <LoginPage expired={who.expired} signedIn={signedIn} />;
    case "in":
      return <Desk key={who.me.id} me={who.me} signedOut={signedOut} />;
  }
}
