import "../styles/trackrecord.css";

import { useCallback, useState } from "react";

import { performance } from "../api/performance";
import { useAgain } from "../features/performance/useAgain";
import { useAnswer } from "../features/performance/useAnswer";
import { PublicRecordView } from "../features/trackrecord/PublicRecordView";
import { useNoIndex } from "../features/trackrecord/useNoIndex";
import { Logo } from "../ui/icons";
import { Empty, ErrorState, Skeleton } from "../ui/states";
import { ThemeToggle } from "../ui/ThemeToggle";

/** The first check of a record takes a moment. */
const LOOK_MS = 3000;

function Content({ slug }: { slug: string }) {
  const [look, setLook] = useState(0);
  const { data, problem, status } = useAnswer(performance.publicRecord, { slug, look });
  const again = useCallback(() => setLook((value) => value + 1), []);
  useNoIndex(data === null ? "Track record" : `${data.title} · Track record`);
  useAgain(again, LOOK_MS, data !== null && data.verified.checked_at === null);
  if (status === 404) return <Empty title="There is no such track record">It may have been unpublished, or the link is not complete.</Empty>;
  if (problem !== null) return <ErrorState title="The track record cannot be loaded" message={problem} retry={again} />;
  if (data === null) return <Skeleton lines={14} />;
  return <PublicRecordView record={data} />;
}

/** For anybody, without a login: nothing here asks who it is. */
export function PublicRecordPage({ slug }: { slug: string }) {
  return (
    <div className="public-record">
      <header className="public-bar">
        <span className="brand">
          <Logo />
          <span>Signalist</span>
        </span>
        <ThemeToggle />
      </header>
      <main className="stack">
        <Content slug={slug} />
      </main>
      <footer className="muted">Past results say nothing certain about those to come.</footer>
    </div>
  );
}
