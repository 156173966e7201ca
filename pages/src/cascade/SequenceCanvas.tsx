// The diagram itself: strip of real time, lane names, row times, and React Flow between them. One tab
// stop; arrow keys move the selection along time and causes.
import '@xyflow/react/dist/base.css';
import {
  PanOnScrollMode,
  ReactFlow,
  useStore,
  useStoreApi,
  ViewportPortal,
  type CoordinateExtent,
} from '@xyflow/react';
import {
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type UIEvent,
} from 'react';
import { Backdrop } from './Backdrop.tsx';
import { maxZoom, minZoom } from './camera.ts';
import { createDrawer } from './drawn.ts';
import type { Turn } from './findings.ts';
import { moveSelection } from './keyboard.ts';
import { LaneHeads, TimeGutter } from './LaneHeads.tsx';
import type { Layout } from './layout.ts';
import { domIdOf } from './dom-id.ts';
import { attributionInLegend, noEdges, readOnlyWords } from './read-only-flow.ts';
import { nodeTypes } from './SequenceNodes.tsx';
import type { Sequence } from './sequence.ts';
import { timeAt } from './strip.ts';
import { createCutter, windowFor, type Window } from './window.ts';
import { NewBelow } from '../ui/NewBelow.tsx';
import { TimeStrip } from './TimeStrip.tsx';
import { sheetWidth, type Camera } from './use-camera.ts';

export interface SequenceCanvasProps {
  sequence: Sequence;
  layout: Layout;
  turns: Map<string, Turn>;
  /** What the search found, by index. */
  hits: ReadonlySet<number>;
  /** A node's, a group's or null. */
  selectedId: string | null;
  selectedRow: number;
  camera: Camera;
  onReady: () => void;
  /** The camera has come to rest. */
  onRest: () => void;
  onSelect: (id: string | null) => void;
  /** Folds or opens a row of the outline. */
  onTurn: (row: number) => void;
  onEnterPanel: () => void;
  /** Leads to the same as a list. */
  onList: () => void;
}

export function SequenceCanvas(props: SequenceCanvasProps): ReactElement {
  const { sequence, layout, turns, hits, selectedId, selectedRow, camera, onSelect } = props;
  const heads = useRef<HTMLDivElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const staying = useRef<HTMLDivElement>(null);
  const strip = useRef<HTMLSpanElement>(null);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const [zoom, setZoom] = useState(1);
  // Its own size is known after the first drawing only, and that must not be of everything.
  const [window, setWindow] = useState<Window | null>(() =>
    windowFor(layout, { y: 0, zoom: 1 }, globalThis.innerHeight),
  );
  const cut = useMemo(() => createCutter(layout), [layout]);
  const part = useMemo(() => cut(window), [cut, window]);
  // The layout is named too: a drawer keeps what it drew.
  const drawer = useMemo(
    () => ({ layout, draw: createDrawer({ sequence, turns, hits }) }),
    [sequence, layout, turns, hits],
  );
  const selected = useMemo(
    () => layout.nodes.find(({ node }) => node.id === selectedId) ?? null,
    [layout, selectedId],
  );
  // A screen reader is told of what is selected, also when it has been scrolled away.
  const nodes = useMemo(
    () =>
      drawer.draw(
        selected === null || part.nodes.includes(selected) ? part.nodes : [...part.nodes, selected],
      ),
    [drawer, part, selected],
  );

  const place = useCallback(
    (view: { x: number; y: number; zoom: number }) => {
      // Not by a variable of CSS above them: each change of one styles everything below it again.
      moveTo(heads.current, view.x, 0);
      moveTo(gutter.current, 0, view.y);
      moveTo(staying.current, -view.x / view.zoom, 0);
      const totalMs = Math.max(1, sequence.endMs - sequence.startMs);
      const share = (y: number): number => (timeAt(layout.moments, y) - sequence.startMs) / totalMs;
      const atEnd = -view.y + height >= (layout.height - 20) * view.zoom;
      if (strip.current !== null) {
        strip.current.style.left = `${share(-view.y / view.zoom) * 100}%`;
        const right = atEnd ? 1 : share((-view.y + height) / view.zoom);
        strip.current.style.right = `${(1 - right) * 100}%`;
      }
    },
    [sequence, layout, height],
  );
  const store = useStoreApi();
  // Outside React, so that panning draws nothing again.
  useLayoutEffect(() => {
    let last: unknown = null;
    const follow = ({
      transform: [x, y, scale],
    }: {
      transform: [number, number, number];
    }): void => {
      const key = `${x} ${y} ${scale}`;
      if (key === last) return;
      last = key;
      place({ x, y, zoom: scale });
      setZoom(scale);
      const next = windowFor(layout, { y, zoom: scale }, store.getState().height);
      setWindow((now) => (now?.from === next?.from && now?.to === next?.to ? now : next));
    };
    follow(store.getState());
    return store.subscribe(follow);
  }, [place, store, layout]);

  const covered = selectedId !== null;
  const extent = useMemo<CoordinateExtent>(
    // React Flow would centre a small diagram within limits that are set before its own size is known.
    () =>
      width === 0
        ? unbounded
        : [
            [0, 0],
            [
              Math.max(layout.width, width / zoom) + (covered ? sheetWidth(width) / zoom : 0),
              Math.max(layout.height, height / zoom),
            ],
          ],
    [layout, width, height, zoom, covered],
  );
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') onSelect(null);
    else if (event.key === 'Enter' && selected !== null) {
      if (selected.node.kind === 'more') props.onTurn(selected.row);
      else props.onEnterPanel();
    } else {
      const move = moveSelection(sequence, selectedRow, event.key);
      if (move === null) return;
      if ('turn' in move) props.onTurn(move.turn);
      else onSelect(move.select);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const showTime = useCallback(
    (atMs: number) => {
      const { moments } = layout;
      const after = moments.findIndex((moment) => moment.atMs >= atMs);
      camera.showTime(moments[after === -1 ? moments.length - 1 : after]?.y ?? 0);
    },
    [layout, camera],
  );
  /** The browser scrolls the clipped canvas to what it found or focused: show that by panning. */
  const panInstead = ({ currentTarget }: UIEvent<HTMLDivElement>): void => {
    const { scrollLeft, scrollTop } = currentTarget;
    if (scrollLeft !== 0 || scrollTop !== 0) camera.panBy(-scrollLeft, -scrollTop);
  };
  const count = sequence.tree.arrays.count;
  const moved = (): void => {
    camera.moved();
    props.onRest();
  };

  return (
    <section aria-label="Sequence" className="relative flex min-h-0 flex-1 flex-col">
      <button
        type="button"
        className="btn sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-20"
        onClick={props.onList}
      >
        Show as list
      </button>
      <TimeStrip sequence={sequence} windowRef={strip} onPick={showTime} />
      <LaneHeads
        layout={layout}
        zoom={zoom}
        selectedLane={selected?.lane ?? null}
        movedRef={heads}
      />
      <div className="flex min-h-0 flex-1 bg-canvas">
        <TimeGutter layout={part} zoom={zoom} selectedId={selectedId} movedRef={gutter} />
        <div className="relative min-w-0 flex-1">
          <ReactFlow
            nodes={nodes}
            edges={noEdges}
            nodeTypes={nodeTypes}
            data-view="sequence"
            tabIndex={0}
            aria-label={`Cascade sequence, ${count} nodes. Arrow keys move: up and down in time, left to the cause, right to the effect; Space opens and folds.`}
            aria-activedescendant={selectedId === null ? undefined : domIdOf(selectedId)}
            ariaLabelConfig={readOnlyWords}
            onKeyDown={onKeyDown}
            onInit={props.onReady}
            onMoveEnd={moved}
            onScrollCapture={panInstead}
            proOptions={attributionInLegend}
            onPaneClick={() => onSelect(null)}
            nodesDraggable={false}
            nodesConnectable={false}
            nodesFocusable={false}
            edgesFocusable={false}
            elementsSelectable={false}
            disableKeyboardA11y
            panOnScroll
            panOnScrollMode={PanOnScrollMode.Free}
            panOnScrollSpeed={1}
            zoomOnDoubleClick={false}
            minZoom={minZoom}
            maxZoom={maxZoom}
            translateExtent={extent}
            nodeExtent={unbounded}
          >
            <ViewportPortal>
              <Backdrop layout={part} window={window} stayingRef={staying} />
            </ViewportPortal>
          </ReactFlow>
          <NewBelow count={camera.newBelow} onShow={camera.showEnd} />
        </div>
      </div>
    </section>
  );
}

function moveTo(element: HTMLElement | null, x: number, y: number): void {
  if (element !== null) element.style.transform = `translate(${x}px, ${y}px)`;
}

const unbounded: CoordinateExtent = [
  [-Infinity, -Infinity],
  [Infinity, Infinity],
];
