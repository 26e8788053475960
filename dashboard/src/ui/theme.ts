/** Dark or light: the system's choice, until a person makes one. */

import { useSyncExternalStore } from "react";

import { remember, remembered } from "../lib/prefs";

export type Theme = "dark" | "light";

const listeners = new Set<() => void>();

function systemTheme(): Theme {
  return window.matchMedia?.("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

export function currentTheme(): Theme {
  const chosen = remembered("theme");
  return chosen === "dark" || chosen === "light" ? chosen : systemTheme();
}

export function applyTheme(): void {
  const theme = currentTheme();
  document.documentElement.dataset["theme"] = theme;
  document
    .querySelector('meta[name="theme-color"]:not([media])')
    ?.setAttribute("content", theme === "dark" ? "#0d1117" : "#ffffff");
  for (const listener of [...listeners]) listener();
}

export function chooseTheme(theme: Theme): void {
  remember("theme", theme);
  applyTheme();
}

function subscribe(listener: () => void): () => void {
  const system = window.matchMedia?.("(prefers-color-scheme: light)");
  listeners.add(listener);
  system?.addEventListener("change", applyTheme);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) system?.removeEventListener("change", applyTheme);
  };
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, currentTheme);
}

/** A color token as the browser computes it: charts draw on a canvas, which knows no custom properties. */
export function color(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim();
}
