import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { hostModules } from "./bundling/host-modules";

export default defineConfig(({ mode }) => ({
  base: "./",
  plugins: mode === "test" ? [react()] : [hostModules(), react()],
  define: mode === "test" ? {} : { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    target: "es2022",
    modulePreload: false,
    // styles come as text in the scripts: the host loads nothing but main.js
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // charts and forms are large, and loaded only where they are shown
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: { main: "src/main.tsx" },
      preserveEntrySignatures: "strict" as const,
      // members of the host that nothing uses are left out
      treeshake: { propertyReadSideEffects: false },
      output: {
        format: "es" as const,
        entryFileNames: "main.js",
        chunkFileNames: "chunks/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  test: {
    environment: "jsdom",
    globals: true,
    setupFiles: ["./src/testing/setup.ts"],
    restoreMocks: true,
    // each file for itself would load Chakra anew
    isolate: false,
    pool: "threads" as const,
    // one less is the default, which of two cores leaves one idle
    maxWorkers: "100%",
  },
}));
