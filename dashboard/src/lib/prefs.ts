/** Small choices remembered in this browser. Storage that is full or forbidden only means that they are forgotten. */

export function remembered(name: string): string | null {
  try {
    return window.localStorage.getItem(`signalist.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    window.localStorage.setItem(`signalist.${name}`, value);
  } catch {
    return;
  }
}
