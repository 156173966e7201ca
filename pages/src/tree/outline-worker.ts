// Runs beside the page: rows and places of large trees, so that the page stays free. Decides nothing of its own.
import { outlineOf } from './outline.ts';
import type { LaidRows, WorkerOrder } from './outline-client.ts';
import { placeTree } from './place.ts';
import type { TreeArrays } from './tree.ts';

let tree: TreeArrays | null = null;

addEventListener('message', ({ data }: MessageEvent<WorkerOrder>) => {
  if (data.tree !== null) tree = data.tree;
  if (tree === null) return;
  const outline = outlineOf(tree, data.request);
  const placed = placeTree(outline);
  const laid: LaidRows = { outline, placed };
  const buffers = [
    outline.kind,
    outline.item,
    outline.level,
    outline.parent,
    outline.place,
    outline.size,
    outline.fold,
    placed.line,
    placed.levelStart,
    placed.levelRows,
  ].map(({ buffer }) => buffer);
  postMessage(laid, { transfer: buffers });
});
