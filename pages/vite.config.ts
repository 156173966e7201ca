// How the dashboard is bundled. Decides chunks and the development proxy, never what a page does.
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { onlyDrawnWeights } from './icon-weights.ts';

/** Where `vite dev` sends /api/*: the Worker of the local world. */
const workerUrl = process.env['THROUGHLINE_WORKER_URL'] ?? 'http://127.0.0.1:8787';

const drawings = /@phosphor-icons\/react\/dist\/defs\/(\w+)\.es\.js$/;

const iconWeights: Plugin = {
  name: 'icon-weights',
  apply: 'build',
  transform: {
    filter: { id: drawings },
    handler: (code, id) => ({
      code: onlyDrawnWeights(drawings.exec(id)?.[1] ?? id, code),
      map: null,
    }),
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), iconWeights],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  server: { proxy: { '/api': { target: workerUrl, ws: true } } },
});
