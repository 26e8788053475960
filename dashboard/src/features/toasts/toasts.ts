/** Short messages in a corner of the screen. */

export interface Toast {
  tone: "good" | "bad" | "info";
  title: string;
  text: string;
}

export interface ShownToast extends Toast {
  id: number;
}

const SHOWN_MS = { good: 6000, info: 5000, bad: 10_000 };
const AT_ONCE = 4;

export class ToastList {
  private shown: readonly ShownToast[] = [];
  private readonly listeners = new Set<() => void>();
  private last = 0;

  get = (): readonly ShownToast[] => this.shown;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  show(toast: Toast): void {
    const same = this.shown.find((item) => item.title === toast.title && item.text === toast.text);
    if (same) this.dismiss(same.id);
    this.last += 1;
    const id = this.last;
    this.set([...this.shown, { ...toast, id }].slice(-AT_ONCE));
    setTimeout(() => this.dismiss(id), SHOWN_MS[toast.tone]);
  }

  dismiss = (id: number): void => {
    if (this.shown.some((item) => item.id === id)) this.set(this.shown.filter((item) => item.id !== id));
  };

  private set(next: readonly ShownToast[]): void {
    this.shown = next;
    for (const listener of [...this.listeners]) listener();
  }
}

export const toasts = new ToastList();
