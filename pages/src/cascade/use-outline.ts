// The rows of a tree for what is asked of them: of small trees at once, of large ones from the worker.
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import {
  OutlineClient,
  type Laid,
  type LaidRows,
  type OutlineWorker,
} from '../tree/outline-client.ts';
import { isSameOutline, outlineOf, type OutlineRequest } from '../tree/outline.ts';
import { placeTree } from '../tree/place.ts';
import type { CascadeTree } from '../tree/tree.ts';

/** Up to so many nodes a worker would take longer to be asked than the rows take. */
const atOnce = 3_000;
/** The first rows are all that somebody waits for, and a worker starts more slowly than the rows of so many are made. */
const firstAtOnce = 50_000;

function startWorker(onLaid: (rows: LaidRows) => void): OutlineWorker {
  const worker = new Worker(new URL('../tree/outline-worker.ts', import.meta.url), {
    type: 'module',
  });
  worker.addEventListener('message', ({ data }: MessageEvent<LaidRows>) => onLaid(data));
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A worker, no window.
    post: (order) => worker.postMessage(order),
    end: () => worker.terminate(),
  };
}

function layOut(tree: CascadeTree, request: OutlineRequest): Laid {
  const outline = outlineOf(tree.arrays, request);
  return { tree, outline, placed: placeTree(outline) };
}

/** Null while the first rows of a very large tree are made. */
export function useOutline(tree: CascadeTree, request: OutlineRequest): Laid | null {
  const isSmall = tree.arrays.count <= atOnce;
  const here = useMemo(() => (isSmall ? layOut(tree, request) : null), [isSmall, tree, request]);
  const [first] = useState(() =>
    isSmall || tree.arrays.count > firstAtOnce
      ? null
      : { tree, request, laid: layOut(tree, request) },
  );
  const [client] = useState(() => new OutlineClient(startWorker));
  useEffect(() => {
    const isThere = first !== null && first.tree === tree && first.request === request;
    if (!isSmall && (!isThere || client.current() !== null)) client.ask(tree, request);
  }, [client, isSmall, tree, request, first]);
  useEffect(() => () => client.stop(), [client]);
  const there = useSyncExternalStore(client.subscribe, client.current);
  return useKept(here ?? there ?? first?.laid ?? null);
}

/** The one before as long as nothing differs: most selections change no row, and views lay out anew what is another one. */
function useKept(laid: Laid | null): Laid | null {
  const [kept, setKept] = useState(laid);
  const isSame = useMemo(
    () =>
      laid === kept ||
      (laid !== null &&
        kept !== null &&
        laid.tree === kept.tree &&
        isSameOutline(laid.outline, kept.outline)),
    [laid, kept],
  );
  if (isSame) return kept;
  setKept(laid);
  return laid;
}
