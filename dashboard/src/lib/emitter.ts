/** Listeners for things that pass by without being kept as state. */
export class Emitter<T> {
  private readonly listeners = new Set<(value: T) => void>();

  /** Returns the function that stops listening. */
  on = (listener: (value: T) => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  emit(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }
}
