// The cascade as a sequence diagram: lays the outline's rows out in time, and lends its camera to the toolbar.
import { ReactFlowProvider, useStore } from '@xyflow/react';
import {
  useCallback,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  type ReactElement,
} from 'react';
import type { Outline } from '../tree/outline.ts';
import { rowIdOf } from '../tree/rows.ts';
import type { CascadeTree } from '../tree/tree.ts';
import { maxZoom, minZoom } from './camera.ts';
import { useOfferControls, type ControlsStore } from './controls.ts';
import type { Turn } from './findings.ts';
import { SequenceCanvas } from './SequenceCanvas.tsx';
import { standInOf, type Sequence as SequenceOf } from './sequence.ts';
import { useCamera, type Camera } from './use-camera.ts';
import { useDiagram } from './use-diagram.ts';
import { TurnContext } from './view-store.ts';

export interface SequenceViewProps {
  tree: CascadeTree;
  outline: Outline;
  /** 1 for what the filters keep; null keeps all. */
  keep: Uint8Array | null;
  turns: Map<string, Turn>;
  hits: ReadonlySet<number>;
  /** A node's, a group's or null. */
  selectedId: string | null;
  selectedRow: number;
  controls: ControlsStore;
  /** The node to begin with on top; null for the first. */
  startId: string | null;
  /** In percent; null for 100. */
  startZoom: number | null;
  /** Told when the camera has come to rest. */
  onLook: (topId: string | null, zoomPercent: number) => void;
  onSelect: (id: string | null) => void;
  /** Folds or opens a row of the outline. */
  onTurn: (row: number) => void;
  onEnterPanel: () => void;
  onList: () => void;
}

export function SequenceView(props: SequenceViewProps): ReactElement {
  return (
    <ReactFlowProvider>
      <Sequence {...props} />
    </ReactFlowProvider>
  );
}

function Sequence(props: SequenceViewProps): ReactElement {
  const { tree, outline, keep, selectedId, onTurn } = props;
  const { sequence, layout, cut } = useDiagram(tree, outline, keep, [selectedId, props.startId]);
  const [ready, setReady] = useState(false);
  const turned = useRef<string | null>(null);
  const takeTurned = useCallback(() => {
    const id = turned.current;
    turned.current = null;
    return id;
  }, []);
  const camera = useCamera({ sequence, layout, selectedId, takeTurned, ready });
  const begin = useEffectEvent(() => {
    const startId = props.startId === null ? null : standInOf(sequence, props.startId);
    const y = layout.nodes.find(({ node }) => node.id === startId)?.y;
    if (y === undefined && props.startZoom === null) return;
    // The address can come from the graph, which goes further away.
    const zoom = Math.min(maxZoom, Math.max(minZoom, (props.startZoom ?? 100) / 100));
    camera.lookAt({ y: Math.max(0, (y ?? 0) - 20), zoom });
  });
  useLayoutEffect(() => {
    if (ready) begin();
  }, [ready]);
  const rested = (): void => {
    const { y, zoom } = camera.viewport();
    // A node, since only those are known by every view and after every fold.
    const top = layout.nodes.find(
      (placed) => placed.y * zoom + y >= 0 && tree.indexOf.has(placed.node.id),
    );
    const atTop = y >= -1;
    props.onLook(atTop ? null : (top?.node.id ?? null), Math.round(zoom * 100));
  };
  const turn = useCallback(
    (row: number) => {
      turned.current = rowIdOf(tree, outline, row);
      onTurn(row);
    },
    [tree, outline, onTurn],
  );
  return (
    <TurnContext value={turn}>
      <OfferCamera camera={camera} sequence={sequence} controls={props.controls} />
      <SequenceCanvas
        sequence={sequence}
        layout={layout}
        cut={cut}
        turns={props.turns}
        hits={props.hits}
        selectedId={selectedId}
        selectedRow={props.selectedRow}
        camera={camera}
        onReady={() => setReady(true)}
        onRest={rested}
        onSelect={props.onSelect}
        onTurn={turn}
        onEnterPanel={props.onEnterPanel}
        onList={props.onList}
      />
    </TurnContext>
  );
}

/** Beside the diagram, so that zooming does not draw it again. */
function OfferCamera(props: {
  camera: Camera;
  sequence: SequenceOf;
  controls: ControlsStore;
}): null {
  const { camera, sequence } = props;
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  useOfferControls(props.controls, {
    zoomText: `${percent} %`,
    fitName: 'Fit width',
    zoomBy: camera.zoomBy,
    fit: camera.fitWidth,
    show: (ids) => camera.fitNodes(ids.flatMap((id) => standInOf(sequence, id) ?? [])),
  });
  return null;
}
