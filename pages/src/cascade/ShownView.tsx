// One of the four views, with what it needs of the model and of the address. Decides nothing, and is drawn again only
// for what it shows: keys and clicks change much beside it.
import { memo, useCallback, type ReactElement } from 'react';
import { GraphView } from '../graph/GraphView.tsx';
import { ListView } from '../list/ListView.tsx';
import type { MarkContext } from '../tree/marks.ts';
import type { Laid } from '../tree/outline-client.ts';
import { rowOf } from '../tree/rows.ts';
import { hashText } from '../tree/short-hash.ts';
import { at } from '../tree/tree.ts';
import { WaterfallView } from '../waterfall/WaterfallView.tsx';
import type { ControlsStore } from './controls.ts';
import type { Turn } from './findings.ts';
import type { OutlineViewProps } from './outline-view.ts';
import type { View } from './search.ts';
import { SequenceView } from './SequenceView.tsx';
import type { ViewActions } from './use-view-state.ts';

export interface ShownViewProps {
  view: View;
  /** Null while the first rows of a large cascade are made. */
  laid: Laid | null;
  /** 1 for what the filters keep; null keeps all. */
  keep: Uint8Array | null;
  marks: MarkContext;
  turns: Map<string, Turn>;
  hits: ReadonlySet<number>;
  /** A node's, a group's or null. */
  selectedId: string | null;
  selectedRow: number;
  /** The node to begin with on top; null for the first. */
  startId: string | null;
  /** In percent; null for 100. */
  startZoom: number | null;
  /** The waterfall's part of time; null for all of it. */
  stretch: { t0: number; t1: number } | null;
  actions: ViewActions;
  controls: ControlsStore;
  onPick: (id: string) => void;
  /** Folds or opens a row of the outline. */
  onTurn: (row: number) => void;
  onEnterPanel: () => void;
}

export const ShownView = memo(function ShownView(props: ShownViewProps): ReactElement {
  const { view, laid, selectedId, selectedRow, hits, actions, controls } = props;
  const tree = laid?.tree;
  const onLook = useCallback(
    (topId: string | null, zoom: number) => {
      const index = topId === null ? -1 : (tree?.indexOf.get(topId) ?? -1);
      actions.lookAt({
        at:
          index === -1 || tree === undefined ? undefined : hashText(at(tree.arrays.idHash, index)),
        zoom: zoom === 100 ? undefined : zoom,
      });
    },
    [actions, tree],
  );
  if (laid === null) return <LayingOut />;
  if (view === 'sequence') {
    return (
      <SequenceView
        tree={laid.tree}
        outline={laid.outline}
        keep={props.keep}
        turns={props.turns}
        hits={hits}
        selectedId={selectedId}
        selectedRow={selectedRow}
        controls={controls}
        startId={props.startId}
        startZoom={props.startZoom}
        onLook={onLook}
        onSelect={actions.select}
        onTurn={props.onTurn}
        onEnterPanel={props.onEnterPanel}
        onList={() => actions.setView('list')}
      />
    );
  }
  const given: OutlineViewProps = {
    tree: laid.tree,
    outline: laid.outline,
    marks: props.marks,
    selectedId,
    selectedRow,
    hits,
    startRow: rowOf(laid.tree, laid.outline, props.startId),
    actions,
    controls,
    onPick: props.onPick,
    onTurn: props.onTurn,
  };
  switch (view) {
    case 'graph':
      return <GraphView {...given} placed={laid.placed} startZoom={props.startZoom} />;
    case 'waterfall':
      return <WaterfallView {...given} stretch={props.stretch} />;
    case 'list':
      return <ListView {...given} />;
  }
});

/** Said only where it takes long enough to be seen. */
function LayingOut(): ReactElement {
  return (
    <output className="flex-1 animate-[appear-late_1ms_150ms_both] p-4 text-[13px] text-sub">
      Laying the cascade out
    </output>
  );
}
