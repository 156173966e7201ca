// How the dashboard is bundled. Decides chunks and the development proxy, never what a page does.
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite dev` sends /api/*: the Worker of the local world. */
const workerUrl = process.env['THROUGHLINE_WORKER_URL'] ?? 'http://127.0.0.1:8787';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  server: { proxy: { '/api': { target: workerUrl, ws: true } } },
});
