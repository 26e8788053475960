import { afterEach, describe, expect, it, vi } from "vitest";

import { ApiError, newKey, query, request } from "./http";

function answer(status: number, body: string) {
  const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
  fetched.mockImplementation(async () => new Response(status === 204 ? null : body, { status }));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

afterEach(() => void vi.unstubAllGlobals());

describe("requests", () => {
  it("carries the CSRF token and the idempotency key on what changes something", async () => {
    document.cookie = "csrftoken=tok%3D1";
    const fetched = answer(200, "{}");
    await request("POST", "/x/", { body: { a: 1 }, key: "k" });
    const [url, init] = fetched.mock.calls[0] ?? [];
    expect(url).toBe("/api/x/");
    expect(init).toMatchObject({ method: "POST", credentials: "same-origin", body: '{"a":1}' });
    expect(init?.headers).toMatchObject({ "X-CSRFToken": "tok=1", "Idempotency-Key": "k", "Content-Type": "application/json" });
    await request("GET", "/x/");
    expect(fetched.mock.calls[1]?.[1].headers).toEqual({ Accept: "application/json" });
  });

  it("reads the one error shape", async () => {
    answer(400, '{"error":{"code":"invalid","message":"No.","fields":{"a":["Too much."]}}}');
    const error = await request("GET", "/x/").catch((problem: unknown) => problem);
    expect(error).toMatchObject({ status: 400, code: "invalid", message: "No.", fields: { a: ["Too much."] } });
  });

  it("copes with an error of another shape, an empty success, and no answer", async () => {
    answer(502, "<html>");
    await expect(request("GET", "/x/")).rejects.toMatchObject({ status: 502, code: "error" });
    answer(204, "");
    await expect(request("POST", "/x/")).resolves.toBeUndefined();
    answer(200, "<html>");
    await expect(request("GET", "/x/")).rejects.toBeInstanceOf(ApiError);
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
    await expect(request("GET", "/x/")).rejects.toMatchObject({ status: 0, code: "unreachable" });
  });

  it("makes keys on a plain-http origin too, each its own", () => {
    vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const keys = new Set(Array.from({ length: 50 }, newKey));
    expect(keys.size).toBe(50);
    expect([...keys][0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it("writes queries of what is given", () => {
    expect(query({ a: 1, b: "", c: undefined, d: "x y" })).toBe("?a=1&d=x+y");
    expect(query({ b: "" })).toBe("");
  });
});
