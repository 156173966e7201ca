// The cascade as a tree from left to right: React Flow moves and zooms and holds the nodes in sight, a canvas behind
// it draws the arrows, and bars where there are too many nodes or they are too far.
import '@xyflow/react/dist/base.css';
import {
  PanOnScrollMode,
  ReactFlow,
  ReactFlowProvider,
  useStore,
  useStoreApi,
  type CoordinateExtent,
} from '@xyflow/react';
import {
  useCallback,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type MouseEvent,
  type ReactElement,
} from 'react';
import { useOfferControls } from '../cascade/controls.ts';
import { domIdOf } from '../cascade/dom-id.ts';
import { attributionInLegend, noEdges, readOnlyWords } from '../cascade/read-only-flow.ts';
import type { OutlineViewProps } from '../cascade/outline-view.ts';
import { useFoundBelow } from '../cascade/use-found-below.ts';
import { hashText } from '../tree/short-hash.ts';
import { rowKinds } from '../tree/outline.ts';
import type { PlacedTree } from '../tree/place.ts';
import { rowIdOf, rowOf } from '../tree/rows.ts';
import { at } from '../tree/tree.ts';
import { useTheme } from '../frame/theme.ts';
import { useMedia } from '../ui/use-media.ts';
import { createGraphDrawer, drawRow } from './drawn.ts';
import {
  barsBelow,
  boxOf,
  namesBelow,
  rowAt,
  rowsIn,
  sizeOf,
  windowOf,
  zoomLimits,
  type Box,
} from './geometry.ts';
import { graphNodeTypes } from './GraphNodes.tsx';
import { Minimap, minimapSize } from './Minimap.tsx';
import { coloursOf, minimapScale, paintGraph } from './paint.ts';
import { useGraphCamera } from './use-graph-camera.ts';

export interface GraphViewProps extends OutlineViewProps {
  placed: PlacedTree;
  startZoom: number | null;
}

export function GraphView(props: GraphViewProps): ReactElement {
  return (
    <ReactFlowProvider>
      <Graph {...props} />
    </ReactFlowProvider>
  );
}

type Detail = 'full' | 'names' | 'bars';

function detailAt(zoom: number): Detail {
  if (zoom < barsBelow) return 'bars';
  return zoom < namesBelow ? 'names' : 'full';
}

function Graph(props: GraphViewProps): ReactElement {
  const { tree, outline, placed, marks, hits, selectedRow, selectedId, actions } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const mapBox = useRef<HTMLSpanElement>(null);
  const [ready, setReady] = useState(false);
  const [look, setLook] = useState<{ box: Box | null; detail: Detail }>({
    box: null,
    detail: 'full',
  });
  const graph = useMemo(() => ({ outline, placed }), [outline, placed]);
  const store = useStoreApi();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  const { choice } = useTheme();
  const prefersDark = useMedia('(prefers-color-scheme: dark)');
  const theme = `${choice} ${prefersDark}`;
  const camera = useGraphCamera({
    tree,
    graph,
    selectedRow,
    selectedId,
    start: { row: props.startRow, zoom: props.startZoom === null ? null : props.startZoom / 100 },
    ready,
  });

  const found = useFoundBelow({ tree, outline, hits });
  const drawing = useMemo(
    () => ({ tree, graph, marks, hits, found }),
    [tree, graph, marks, hits, found],
  );
  const drawer = useMemo(() => createGraphDrawer(drawing), [drawing]);
  const { box, detail } = look;
  const rows = useMemo(
    () => (box === null || detail === 'bars' ? null : rowsIn(graph, box)),
    [graph, box, detail],
  );
  const nodes = useMemo(() => (rows === null ? [] : drawer(rows)), [drawer, rows]);
  const hasBars = rows === null;
  // What a screen reader is told is active has an element even where the canvas draws it.
  const hidden = useMemo(() => {
    if (selectedRow < 0 || rows?.includes(selectedRow) === true) return null;
    return drawRow(drawing, selectedRow);
  }, [drawing, rows, selectedRow]);

  const onPath = useMemo(() => {
    const path = new Uint8Array(outline.count);
    for (let row = selectedRow; row >= 0; row = at(outline.parent, row)) path[row] = 1;
    return path;
  }, [outline, selectedRow]);

  const frame = useRef(0);
  const colours = useRef<ReturnType<typeof coloursOf> | null>(null);
  const paint = useEffectEvent(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || !element.parentElement || width === 0) return;
    const ratio = window.devicePixelRatio;
    if (
      element.width !== Math.round(width * ratio) ||
      element.height !== Math.round(height * ratio)
    ) {
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
    }
    const scene = { tree, graph, colours: colours.current, onPath, selectedRow, hasBars };
    const [x, y, zoom] = store.getState().transform;
    if (scene.colours !== null) {
      paintGraph(
        context,
        { ...scene, colours: scene.colours },
        { x, y, zoom },
        { width, height },
        ratio,
      );
    }
    const map = mapBox.current;
    if (map !== null) {
      const scale = minimapScale(graph, minimapSize);
      const seen = boxOf({ x, y, zoom }, { width, height });
      map.style.transform = `translate(${seen.left * scale}px, ${seen.top * scale}px)`;
      map.style.width = `${(seen.right - seen.left) * scale}px`;
      map.style.height = `${(seen.bottom - seen.top) * scale}px`;
    }
  });
  const readColours = useEffectEvent((..._because: unknown[]) => {
    const parent = canvas.current?.parentElement;
    if (parent) colours.current = coloursOf(parent);
  });
  useLayoutEffect(() => readColours(theme), [theme]);

  // Outside React, so that panning draws only the canvas.
  const follow = useEffectEvent(() => {
    const { transform, width: screenWidth, height: screenHeight } = store.getState();
    const [x, y, zoom] = transform;
    if (screenWidth === 0) return;
    const next = windowOf({ x, y, zoom }, { width: screenWidth, height: screenHeight });
    const nextDetail = detailAt(zoom);
    setLook((now) =>
      now.detail === nextDetail &&
      now.box !== null &&
      now.box.left === next.left &&
      now.box.top === next.top &&
      now.box.right === next.right
        ? now
        : { box: next, detail: nextDetail },
    );
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => paint());
  });
  useLayoutEffect(() => {
    let last: unknown = null;
    const listen = (): void => {
      const { transform, width: screenWidth, height: screenHeight } = store.getState();
      const key = `${transform.join(' ')} ${screenWidth} ${screenHeight}`;
      if (key === last) return;
      last = key;
      follow();
    };
    listen();
    const stop = store.subscribe(listen);
    return () => {
      stop();
      cancelAnimationFrame(frame.current);
    };
  }, [store]);
  const repaint = useEffectEvent((..._because: unknown[]) => paint());
  useLayoutEffect(
    () => repaint(tree, graph, onPath, hasBars, theme, width, height),
    [tree, graph, onPath, hasBars, theme, width, height],
  );

  useOfferControls(props.controls, {
    zoomText: `${percent} %`,
    fitName: 'Fit all',
    zoomBy: camera.zoomBy,
    fit: camera.fit,
    show: (ids) =>
      camera.showRows(ids.map((id) => rowOf(tree, outline, id)).filter((row) => row >= 0)),
  });

  const rested = (): void => {
    const view = camera.view();
    const seen = rowsIn(graph, boxOf(view, camera.screen()))?.[0];
    const item = seen === undefined ? -1 : at(outline.item, seen);
    const isNode = seen !== undefined && outline.kind[seen] === rowKinds.node;
    actions.lookAt({
      at: isNode ? hashText(at(tree.arrays.idHash, item)) : undefined,
      zoom: Math.round(view.zoom * 100),
    });
  };
  const { onPick, onTurn } = props;
  const pickAt = useCallback(
    (event: MouseEvent) => {
      const screenBox = canvas.current?.getBoundingClientRect();
      const [x, y, zoom] = store.getState().transform;
      if (screenBox === undefined) return;
      const row = hasBars
        ? rowAt(
            graph,
            (event.clientX - screenBox.left - x) / zoom,
            (event.clientY - screenBox.top - y) / zoom,
          )
        : -1;
      if (row === -1) actions.select(null);
      else if (outline.kind[row] === rowKinds.more) onTurn(row);
      else onPick(rowIdOf(tree, outline, row));
    },
    [store, graph, tree, outline, hasBars, actions, onPick, onTurn],
  );
  const content = sizeOf(graph);
  const extent = useMemo<CoordinateExtent>(
    () => [
      [-600, -400],
      [content.width + 600, content.height + 400],
    ],
    [content.width, content.height],
  );
  return (
    <section
      aria-label="Graph"
      data-lod={detail}
      className="tl-graph relative flex min-h-0 flex-1 bg-canvas"
    >
      <button
        type="button"
        className="btn sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-20"
        onClick={() => actions.setView('list')}
      >
        Show as list
      </button>
      <canvas
        ref={canvas}
        aria-hidden="true"
        className="pointer-events-none absolute inset-0 size-full"
      />
      <ReactFlow
        nodes={nodes}
        edges={noEdges}
        nodeTypes={graphNodeTypes}
        data-view="graph"
        tabIndex={0}
        aria-label={`Cascade graph, ${tree.arrays.count} nodes. Arrow keys move: left to the cause, right to the first effect, up and down between rows; Space folds.`}
        aria-activedescendant={selectedId === null ? undefined : domIdOf(selectedId)}
        ariaLabelConfig={readOnlyWords}
        onInit={() => setReady(true)}
        onMoveEnd={rested}
        onPaneClick={pickAt}
        proOptions={attributionInLegend}
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
        minZoom={zoomLimits.min}
        maxZoom={zoomLimits.max}
        translateExtent={extent}
      />
      {hidden !== null && (
        <span id={domIdOf(hidden.id)} className="sr-only">
          {hidden.data.label}
        </span>
      )}
      {(content.width > width || content.height > height) && (
        <Minimap tree={tree} graph={graph} boxRef={mapBox} theme={theme} onCentre={camera.centre} />
      )}
      {outline.count === 0 && (
        <p className="absolute inset-x-0 top-0 p-4 text-[13px] text-sub">
          Nothing of this cascade passes the filters.
        </p>
      )}
    </section>
  );
}
