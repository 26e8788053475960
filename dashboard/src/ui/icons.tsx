const PATHS = {
  chart: "M3 17l5-6 4 3 7-9M3 21h18",
  list: "M4 6h16M4 12h16M4 18h10",
  pulse: "M3 12h4l3-8 4 16 3-8h4",
  sliders: "M4 7h10m4 0h2M4 17h2m4 0h10M16 5v4M8 15v4",
  exit: "M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9",
  sun: "M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  moon: "M20 14.5A8 8 0 119.5 4a6.5 6.5 0 0010.5 10.5z",
  check: "M5 12.5l4.5 4.5L19 7",
  cross: "M6 6l12 12M18 6L6 18",
  chevron: "M9 6l6 6-6 6",
  wallet: "M4 7h15a1 1 0 011 1v10a1 1 0 01-1 1H5a1 1 0 01-1-1zM4 7l11-3v3M16 13h1",
  plug: "M9 3v5M15 3v5M6 8h12v3a6 6 0 01-12 0zM12 17v4",
  page: "M7 3h7l4 4v14H7zM14 3v4h4",
  flask: "M10 3h4M11 3v6l-6 10a1.5 1.5 0 001.3 2h11.4a1.5 1.5 0 001.3-2L13 9V3M8 15h8",
  back: "M11 6l-6 6 6 6M5 12h14",
  alert: "M12 4l9 16H3zM12 10v4M12 17v.5",
  bell: "M6 16V11a6 6 0 0112 0v5l2 2H4zM10 21h4",
  send: "M21 3L3 10.5l7 3 3 7z M21 3L10 13.5",
  star: "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z",
  stop: "M8 3h8l5 5v8l-5 5H8l-5-5V8zM9 9l6 6M15 9l-6 6",
  play: "M7 5l12 7-12 7z",
  gauge: "M4 18a9 9 0 1116 0M12 14l4-5M12 14h.5",
  scale: "M12 4v16M7 20h10M5 7h14M5 7l-3 7h6zM19 7l-3 7h6z",
  more: "M5 12h.5M12 12h.5M19 12h.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M6 21l6-7 5 4 9-11" />
    </svg>
  );
}
