import { useCallback, useEffect, useState } from "react";

import { api, ApiError } from "./api/client";
import type { Me } from "./api/types";
import { Problem } from "./parts/Problem";
import { Desk } from "./views/Desk";
import { Login } from "./views/Login";

type Who = { state: "asking" } | { state: "out" } | { state: "in"; me: Me } | { state: "failed"; message: string };

export function App() {
  const [who, setWho] = useState<Who>({ state: "asking" });
  const [turn, setTurn] = useState(0);
  const signedOut = useCallback(() => setWho({ state: "out" }), []);

  useEffect(() => {
    api.me().then(
      (me) => setWho({ state: "in", me }),
      (error: unknown) => {
        const denied = error instanceof ApiError && (error.status === 401 || error.status === 403);
        setWho(denied ? { state: "out" } : { state: "failed", message: String((error as Error).message) });
      },
    );
  }, [turn]);

  switch (who.state) {
    case "asking":
      return <div className="splash" aria-busy="true">Signalist</div>;
    case "failed":
      return <Problem message={who.message} retry={() => setTurn(turn + 1)} />;
    case "out":
      return <Login done={(me) => setWho({ state: "in", me })} />;
    case "in":
      return <Desk me={who.me} signedOut={signedOut} />;
  }
}
