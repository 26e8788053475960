import type { ReactNode } from "react";

interface Props {
  title: string;
  testId: string;
  aside?: ReactNode;
  children: ReactNode;
}

export function Panel({ title, testId, aside, children }: Props) {
  return (
    <section className={`panel ${testId}`} data-testid={testId} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}
