import { useEffect, useState } from "react";

type Theme = "dark" | "light";

function initial(): Theme {
  const kept = localStorage.getItem("theme");
  if (kept === "dark" || kept === "light") return kept;
  return window.matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

export function ThemeToggle() {
  const [theme, setTheme] = useState<Theme>(initial);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
    localStorage.setItem("theme", theme);
    window.dispatchEvent(new Event("themechange"));
  }, [theme]);
  const other: Theme = theme === "dark" ? "light" : "dark";
  return (
    <button type="button" className="quiet" aria-label={`Switch to ${other} theme`} onClick={() => setTheme(other)}>
      {theme === "dark" ? "☀" : "☾"}
    </button>
  );
}
