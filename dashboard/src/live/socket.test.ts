import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { backoff } from "./backoff";
import { parseFrame, place } from "./frames";
import { type Connection, LiveSocket, SILENCE_MS, STEADY_MS } from "./socket";

class FakeSocket {
  static all: FakeSocket[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closed = false;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  close() {
    this.closed = true;
    this.onclose?.({ code: 1000 });
  }
  say(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const started: LiveSocket[] = [];

function setUp() {
  FakeSocket.all = [];
  const connections: Connection[] = [];
  const frames: string[] = [];
  const signedOut = vi.fn();
  const around = { online: true };
  let last = 41;
  const socket = new LiveSocket(
    {
      last: () => last,
      frame: (frame) => frames.push(frame.type),
      connection: (connection) => connections.push(connection),
      signedOut,
    },
    { make: (url) => new FakeSocket(url) as unknown as WebSocket, random: () => 1, online: () => around.online },
  );
  socket.start();
  started.push(socket);
  return {
    socket,
    connections,
    frames,
    signedOut,
    around,
    at: (index: number) => FakeSocket.all.at(index) as FakeSocket,
    applied: (number: number) => (last = number),
    state: () => connections.at(-1)?.state,
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const socket of started.splice(0)) socket.stop();
  vi.useRealTimers();
});

describe("the live socket", () => {
  it("asks for what follows the last event applied, each time it connects", () => {
    const t = setUp();
    expect(t.at(0).url).toMatch(/^ws:\/\/.*\/ws\/live\/\?last=41$/);
    t.at(0).say({ type: "hello", number: 41, resumed: true });
    expect(t.state()).toBe("live");
    t.applied(57);
    t.at(0).onclose?.({ code: 1006 });
    expect(t.state()).toBe("reconnecting");
    vi.advanceTimersByTime(500);
    expect(t.at(1).url).toContain("last=57");
  });

  it("takes silence for death, and every frame for a sign of life", () => {
    const t = setUp();
    t.at(0).say({ type: "hello", number: 41, resumed: true });
    vi.advanceTimersByTime(SILENCE_MS - 1);
    t.at(0).say({ type: "heartbeat", number: 41, time: 1 });
    vi.advanceTimersByTime(SILENCE_MS - 1);
    expect(t.state()).toBe("live");
    vi.advanceTimersByTime(1);
    expect(t.at(0).closed).toBe(true);
    expect(t.state()).toBe("reconnecting");
  });

  it("gives up on a connection that never says hello", () => {
    setUp();
    vi.advanceTimersByTime(SILENCE_MS + 500);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("waits longer each time, says so, and calls it offline in the end", () => {
    const t = setUp();
    const waits: number[] = [];
    for (let tries = 0; tries < 9; tries += 1) {
      t.at(-1).onclose?.({ code: 1006 });
      const now = t.connections.at(-1);
      const wait = now && "retryAt" in now && now.retryAt ? now.retryAt - Date.now() : 0;
      waits.push(wait);
      vi.advanceTimersByTime(wait);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    t.at(-1).onclose?.({ code: 1006 });
    expect(t.state()).toBe("offline");
  });

  it("starts counting anew only after a connection that held", () => {
    const t = setUp();
    const fail = () => {
      t.at(-1).onclose?.({ code: 1006 });
      const now = t.connections.at(-1);
      const wait = now?.state === "reconnecting" ? now.retryAt - Date.now() : 0;
      vi.advanceTimersByTime(wait);
      return wait;
    };
    fail();
    t.at(-1).say({ type: "hello", number: 41, resumed: true });
    expect(fail()).toBe(1000);
    t.at(-1).say({ type: "hello", number: 41, resumed: true });
    vi.advanceTimersByTime(STEADY_MS);
    expect(fail()).toBe(500);
  });

  it("stops when it is told that nobody is signed in", () => {
    const t = setUp();
    t.at(0).onclose?.({ code: 4401 });
    expect(t.signedOut).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(120_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("waits for the network, and connects the moment it is back", () => {
    const t = setUp();
    t.around.online = false;
    window.dispatchEvent(new Event("offline"));
    expect(t.connections.at(-1)).toEqual({ state: "offline", retryAt: null });
    vi.advanceTimersByTime(120_000);
    expect(FakeSocket.all).toHaveLength(1);
    t.around.online = true;
    window.dispatchEvent(new Event("online"));
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("hears nothing more from a connection that it left", () => {
    const t = setUp();
    t.at(0).say({ type: "hello", number: 41, resumed: true });
    t.socket.resume();
    t.at(0).say({ type: "quotes", quotes: [] });
    expect(t.frames).toEqual(["hello"]);
    t.socket.stop();
    vi.advanceTimersByTime(120_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("skips what is not a frame", () => {
    const t = setUp();
    t.at(0).onmessage?.({ data: "{" });
    t.at(0).onmessage?.({ data: "[1]" });
    expect(t.frames).toEqual([]);
  });
});

describe("its parts", () => {
  it("spreads its tries", () => {
    expect(backoff(0, () => 0)).toBe(250);
    expect(backoff(0, () => 1)).toBe(500);
    expect(backoff(99, () => 1)).toBe(30_000);
  });

  it("places numbers and reads frames", () => {
    expect([place(5, 5), place(5, 6), place(5, 7), place(5, 1)]).toEqual(["old", "next", "gap", "old"]);
    expect(parseFrame('{"type":"resync"}')).toEqual({ type: "resync" });
    expect([parseFrame("null"), parseFrame("{}"), parseFrame(new Blob())]).toEqual([null, null, null]);
  });
});
