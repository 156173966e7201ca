// How the dashboard is bundled. Decides chunks and the development proxy, never what a page does.
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { join } from 'node:path';
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

const ahead = join(import.meta.dirname, 'src/ahead.ts');

/** What is asked ahead leaves before anything else has been read: its script is named first, and waits for no other. */
const runAhead: Plugin = {
  name: 'run-ahead',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle = {} }) => {
      const chunk = Object.values(bundle).find(
        (each) => each.type === 'chunk' && each.facadeModuleId === ahead,
      );
      if (chunk === undefined) throw new Error('src/ahead.ts has no bundle of its own');
      const attrs = { type: 'module', async: true, src: `/${chunk.fileName}` };
      return [{ tag: 'script', attrs, injectTo: 'head-prepend' }];
    },
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), iconWeights, runAhead],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    rolldownOptions: { input: { index: join(import.meta.dirname, 'index.html'), ahead } },
  },
  server: { proxy: { '/api': { target: workerUrl, ws: true } } },
});
