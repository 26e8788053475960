import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";

interface TabsProps<T extends string> {
  label: string;
  tabs: { name: T; title: string }[];
  current: T;
  choose: (name: T) => void;
  children: ReactNode;
}

/** One of several views; the arrow keys go from tab to tab. */
export function Tabs<T extends string>({ label, tabs, current, choose, children }: TabsProps<T>) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On a phone, not all of them are in sight.
    const shown = list.current?.querySelector<HTMLElement>(`#tab-of-${current}`);
    if (list.current && shown) list.current.scrollLeft = shown.offsetLeft + shown.offsetWidth - list.current.clientWidth;
  }, [current]);
  const turn = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.name === current);
    const last = tabs.length - 1;
    const next = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    const tab = next === undefined ? undefined : tabs[next];
    if (tab === undefined) return;
    event.preventDefault();
    choose(tab.name);
    list.current?.querySelector<HTMLElement>(`#tab-of-${tab.name}`)?.focus();
  };
  return (
    <>
      <div ref={list} className="tabs" role="tablist" aria-label={label} onKeyDown={turn}>
        {tabs.map(({ name, title }) => (
          <button
            key={name}
            id={`tab-of-${name}`}
            type="button"
            role="tab"
            aria-selected={name === current}
            aria-controls="tab-panel"
            tabIndex={name === current ? 0 : -1}
            data-testid={`tab-of-${name}`}
            onClick={() => choose(name)}
          >
            {title}
          </button>
        ))}
      </div>
      <div id="tab-panel" className="stack" role="tabpanel" aria-labelledby={`tab-of-${current}`}>
        {children}
      </div>
    </>
  );
}
