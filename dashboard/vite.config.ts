import react from "@vitejs/plugin-react";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

export default defineConfig(({ command, mode }) => {
  const server = loadEnv(mode, ".", "SIGNALIST_")["SIGNALIST_URL"] ?? "http://127.0.0.1:8000";
  return {
    base: command === "build" ? "/static/dashboard/" : "/",
    plugins: [react()],
    build: { manifest: true, chunkSizeWarningLimit: 700 },
    // The Host header stays the browser's own: the server compares it with the Origin.
    server: {
      proxy: {
        "/api": { target: server, changeOrigin: false },
        "/static/brokers": { target: server, changeOrigin: false },
        "/ws": { target: server, changeOrigin: false, ws: true },
      },
    },
    test: { environment: "jsdom", globals: false, restoreMocks: true, setupFiles: ["./src/test/setup.ts"] },
  };
});
