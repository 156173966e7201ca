// The cascade as a sequence diagram: lays it out, and lends its camera to the toolbar.
import { ReactFlowProvider, useStore } from '@xyflow/react';
import { useEffectEvent, useLayoutEffect, useMemo, useState, type ReactElement } from 'react';
import { maxZoom, minZoom } from './camera.ts';
import { useOfferControls, type ControlsStore } from './controls.ts';
import type { Turn } from './findings.ts';
import { layOut } from './layout.ts';
import type { Cascade } from './model.ts';
import { SequenceCanvas } from './SequenceCanvas.tsx';
import { useCamera } from './use-camera.ts';

export interface SequenceViewProps {
  cascade: Cascade;
  turns: Map<string, Turn>;
  selectedId: string | null;
  controls: ControlsStore;
  /** The node to begin with on top; null for the first. */
  startId: string | null;
  /** In percent; null for 100. */
  startZoom: number | null;
  /** Told when the camera has come to rest. */
  onLook: (topId: string | null, zoomPercent: number) => void;
  onSelect: (id: string | null) => void;
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
  const { cascade, selectedId } = props;
  const layout = useMemo(() => layOut(cascade), [cascade]);
  const [ready, setReady] = useState(false);
  const camera = useCamera(layout, selectedId, ready);
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  useOfferControls(props.controls, {
    zoomText: `${percent} %`,
    fitName: 'Fit width',
    zoomBy: camera.zoomBy,
    fit: camera.fitWidth,
    show: camera.fitNodes,
  });
  const begin = useEffectEvent(() => {
    const y = layout.nodes.find(({ node }) => node.id === props.startId)?.y;
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
    const top = layout.nodes.find((placed) => placed.y * zoom + y >= 0);
    const atTop = y >= -1;
    props.onLook(atTop ? null : (top?.node.id ?? null), Math.round(zoom * 100));
  };
  return (
    <SequenceCanvas
      cascade={cascade}
      layout={layout}
      turns={props.turns}
      selectedId={selectedId}
      camera={camera}
      onReady={() => setReady(true)}
      onRest={rested}
      onSelect={props.onSelect}
      onEnterPanel={props.onEnterPanel}
      onList={props.onList}
    />
  );
}
