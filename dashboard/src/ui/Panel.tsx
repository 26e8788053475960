import { type ReactNode, useId } from "react";

interface PanelProps {
  title: string;
  count?: number | string | undefined;
  aside?: ReactNode;
  testId?: string;
  className?: string;
  children: ReactNode;
}

export function Panel({ title, count, aside, testId, className = "", children }: PanelProps) {
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={id} data-testid={testId}>
      <header className="panel-head">
        <h2 id={id}>
          {title}
          {count !== undefined && <span className="count">{count}</span>}
        </h2>
        {aside && <div className="panel-aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}
