import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = "http://127.0.0.1:8000";

export default defineConfig({
  base: "/static/dashboard/",
  plugins: [react()],
  build: { manifest: true, chunkSizeWarningLimit: 700 },
  server: { proxy: { "/api": server, "/ws": { target: server, ws: true } } },
  test: { environment: "jsdom", globals: false, restoreMocks: true },
});
