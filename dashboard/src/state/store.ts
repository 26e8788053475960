import { type Action, initial, type State } from "./model";
import { reduce } from "./reduce";

/** How often the screen follows a flood of events (a replay at full speed sends hundreds a second), milliseconds. */
const PACE_MS = 40;

/** Holds the state. Reading is always current; listeners hear at once, and then at most every PACE_MS. */
export class Store {
  private state: State = initial;
  private readonly listeners = new Set<() => void>();
  private told = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  get = (): State => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  dispatch = (action: Action): void => {
    const next = reduce(this.state, action);
    if (next === this.state) return;
    this.state = next;
    if (this.timer !== undefined) return;
    const wait = this.told + PACE_MS - Date.now();
    if (wait <= 0) this.tell();
    else this.timer = setTimeout(this.tell, Math.min(wait, PACE_MS));
  };

  private readonly tell = (): void => {
    this.timer = undefined;
    this.told = Date.now();
    for (const listener of [...this.listeners]) listener();
  };
}
