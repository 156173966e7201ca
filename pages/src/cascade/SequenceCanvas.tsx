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
  type ReactFlowState,
} from '@xyflow/react';
import {
  memo,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  type KeyboardEvent,
  type ReactElement,
  type Ref,
  type UIEvent,
} from 'react';
import { Backdrop } from './Backdrop.tsx';
import { maxZoom, minZoom } from './camera.ts';
import { createDrawer, type Drawn } from './drawn.ts';
import type { Turn } from './findings.ts';
import { moveSelection } from './keyboard.ts';
import { LaneHeads, TimeGutter } from './LaneHeads.tsx';
import type { Layout, PlacedNode } from './layout.ts';
import { domIdOf } from './dom-id.ts';
import { attributionInLegend, noEdges, noNodes, readOnlyWords } from './read-only-flow.ts';
import { SequenceNode } from './SequenceNodes.tsx';
import type { Sequence } from './sequence.ts';
import { timeAt } from './strip.ts';
import { useWindow } from './use-window.ts';
import type { Cut } from './window.ts';
import { NewBelow } from '../ui/NewBelow.tsx';
import { TimeStrip } from './TimeStrip.tsx';
import { sheetWidth, type Camera } from './use-camera.ts';

export interface SequenceCanvasProps {
  sequence: Sequence;
  layout: Layout;
  cut: Cut;
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
  const { sequence, layout, cut, turns, hits, selectedId, selectedRow, camera, onSelect } = props;
  const heads = useRef<HTMLDivElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const staying = useRef<HTMLDivElement>(null);
  const strip = useRef<HTMLSpanElement>(null);
  const height = useStore((state) => state.height);
  // The layout is named too: a drawer keeps what it drew.
  const drawer = useMemo(
    () => ({ layout, draw: createDrawer({ sequence, turns, hits }) }),
    [sequence, layout, turns, hits],
  );
  const selected = useMemo(
    () => layout.nodes.find(({ node }) => node.id === selectedId) ?? null,
    [layout, selectedId],
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
    };
    follow(store.getState());
    return store.subscribe(follow);
  }, [place, store]);

  const covered = selectedId !== null;
  const extent = useStore(
    useCallback(
      ({ width, height: tall, transform: [, , zoom] }: ReactFlowState): CoordinateExtent =>
        // React Flow would centre a small diagram within limits that are set before its own size is known.
        width === 0
          ? unbounded
          : [
              [0, 0],
              [
                Math.max(layout.width, width / zoom) + (covered ? sheetWidth(width) / zoom : 0),
                Math.max(layout.height, tall / zoom),
              ],
            ],
      [layout, covered],
    ),
    isSameExtent,
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
      <LaneHeads layout={layout} selectedLane={selected?.lane ?? null} movedRef={heads} />
      <div className="flex min-h-0 flex-1 bg-canvas">
        <TimeGutter layout={layout} cut={cut} selectedId={selectedId} movedRef={gutter} />
        <div className="relative min-w-0 flex-1">
          <ReactFlow
            nodes={noNodes}
            edges={noEdges}
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
              <Diagram
                layout={layout}
                cut={cut}
                draw={drawer.draw}
                selected={selected}
                stayingRef={staying}
              />
            </ViewportPortal>
          </ReactFlow>
          <NewBelow count={camera.newBelow} onShow={camera.showEnd} />
        </div>
      </div>
    </section>
  );
}

const Diagram = memo(function Diagram(props: {
  layout: Layout;
  cut: Cut;
  draw: (placed: readonly PlacedNode[]) => Drawn[];
  selected: PlacedNode | null;
  stayingRef: Ref<HTMLDivElement>;
}): ReactElement {
  const { cut, draw, selected } = props;
  const part = cut(useWindow(props.layout));
  // A screen reader is told of what is selected, also when it has been scrolled away.
  const placed =
    selected === null || part.nodes.includes(selected) ? part.nodes : [...part.nodes, selected];
  return (
    <>
      <Backdrop layout={part} stayingRef={props.stayingRef} />
      {draw(placed).map((drawn) => (
        <SequenceNode key={drawn.id} drawn={drawn} />
      ))}
    </>
  );
});

function moveTo(element: HTMLElement | null, x: number, y: number): void {
  if (element !== null) element.style.transform = `translate(${x}px, ${y}px)`;
}

function isSameExtent(a: CoordinateExtent, b: CoordinateExtent): boolean {
  return a[0][0] === b[0][0] && a[1][0] === b[1][0] && a[1][1] === b[1][1];
}

const unbounded: CoordinateExtent = [
  [-Infinity, -Infinity],
  [Infinity, Infinity],
];
