import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // Names without hashes, so that src/page.rs can list the files; the server sends an ETag of what is in them.
    rollupOptions: {
      output: { entryFileNames: "app.js", chunkFileNames: "[name].js", assetFileNames: "app[extname]" },
    },
  },
  // `npm run dev` serves the page, and `cargo run -p chat` what the page asks for.
  server: { proxy: { "/api": { target: "http://127.0.0.1:3210", ws: true } } },
});
