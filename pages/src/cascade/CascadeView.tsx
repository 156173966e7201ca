// Puts the cascade together: header, findings, toolbar, one of four views, and the panel beside it. Holds no data
// of its own: selection, filters and view are the address's.
import {
  useCallback,
  useDeferredValue,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
} from 'react';
import { flushSync } from 'react-dom';
import type { TraceDetail } from '../../../src/api/views.ts';
import { CascadePanel, cascadePanelId } from '../panel/CascadePanel.tsx';
import { GroupPanel } from '../panel/GroupPanel.tsx';
import { NodePanel } from '../panel/NodePanel.tsx';
import { rowKinds } from '../tree/outline.ts';
import { nextOf, rowIdOf, rowOf, stepFrom } from '../tree/rows.ts';
import { parseHash } from '../tree/short-hash.ts';
import { at } from '../tree/tree.ts';
import { useDocumentTitle } from '../ui/use-document-title.ts';
import { useDocumentKeys } from '../ui/use-document-keys.ts';
import { useMedia } from '../ui/use-media.ts';
import { sentenceOf, sentenceText } from '../words/sentence.ts';
import { CascadeHeader } from './CascadeHeader.tsx';
import { ControlsStore } from './controls.ts';
import { FindingsRow } from './FindingsRow.tsx';
import type { Finding } from './finding.ts';
import { laneCount } from './layout.ts';
import { Legend } from './Legend.tsx';
import { laneWidth } from './measures.ts';
import { chainOf } from './model.ts';
import { keepPanelChoice, readPanelChoice } from './panel-choice.ts';
import { views, type CascadeSearch, type View } from './search.ts';
import { ShownView } from './ShownView.tsx';
import { showAbove } from '../keys/shown.ts';
import { useSingleKeys } from '../keys/single-keys.ts';
import { findFieldId, Toolbar } from './Toolbar.tsx';
import { useCascadeModel } from './use-cascade-model.ts';
import { useViewState } from './use-view-state.ts';
import { SelectContext, TurnContext, ViewContext, ViewStore } from './view-store.ts';

export interface CascadeViewProps {
  detail: TraceDetail;
  search: CascadeSearch;
  /** More may come. */
  live: boolean;
  updatedAtMs: number;
  failing: boolean;
}

/** Of more nodes than this the graph is shown first: it has room beside each other for what the sequence puts in rows. */
const sequenceUpTo = 2_000;
/** Rail, row times and panel. */
const roomForOthers = 56 + 74 + 464;

function focusView(): void {
  document.querySelector<HTMLElement>('[data-view]')?.focus({ preventScroll: true });
}

function enterPanel(id = 'node-panel'): void {
  document.querySelector<HTMLElement>(`#${id} h2`)?.focus();
}

export function CascadeView(props: CascadeViewProps): ReactElement {
  const { detail, search, live } = props;
  const model = useCascadeModel(detail, search);
  const { cascade, tree, laid, selectedId, selectedRow, node, group, hits, problems } = model;
  const actions = useViewState();
  const isNarrow = useMedia('(width < 720px)');
  // Decided once: a view does not change while somebody reads it.
  const [isLarge] = useState(() => tree.arrays.count > sequenceUpTo);
  const view: View = search.view ?? (isNarrow ? 'list' : isLarge ? 'graph' : 'sequence');
  // The button shows the new view at once; the view itself, and the panel below, may take longer to draw.
  const shownView = useDeferredValue(view);
  const focusWhenShown = useRef<View | null>(null);
  useLayoutEffect(() => {
    if (focusWhenShown.current === shownView) focusView();
    focusWhenShown.current = null;
  }, [shownView]);
  const [controls] = useState(() => new ControlsStore());
  const singleKeys = useSingleKeys();

  const [panelChoice, setPanelChoice] = useState(readPanelChoice);
  // Beside a diagram that needs the room, the list of jobs opens only when asked for.
  const [roomBeside] = useState(() => {
    const most = Math.floor((window.innerWidth - roomForOthers) / laneWidth);
    return laneCount(tree, laid?.outline ?? null, most) <= most;
  });
  const jobsShown = panelChoice ?? (roomBeside && shownView === 'sequence');
  const showJobs = (shown: boolean): void => {
    setPanelChoice(shown);
    keepPanelChoice(shown);
  };

  const [store] = useState(() => new ViewStore());
  const nodeId = node?.id ?? null;
  const groupCause = group === null ? null : (laid?.tree.nodes[group.parent]?.id ?? null);
  useLayoutEffect(() => {
    const from = nodeId ?? groupCause;
    const path = from === null ? [] : chainOf(cascade, from).map(({ id }) => id);
    if (groupCause !== null && selectedId !== null) path.push(selectedId);
    store.set(selectedId, new Set(path));
  }, [store, cascade, nodeId, groupCause, selectedId]);

  const { root } = detail.trace;
  useDocumentTitle(root === null ? 'Cascade' : sentenceText(sentenceOf(root)));

  const pick = useCallback(
    (id: string) => {
      actions.pick(id);
      focusView();
    },
    [actions],
  );
  const show = (finding: Finding): void => {
    const last = finding.nodeIds.at(-1);
    if (last !== undefined) pick(last);
    requestAnimationFrame(() => controls.current()?.show(finding.nodeIds));
  };
  const selectIndex = (index: number): void => {
    const id = tree.nodes[index]?.id;
    if (id !== undefined) actions.select(id);
  };
  const selectedIndex = nodeId === null ? -1 : (tree.indexOf.get(nodeId) ?? -1);
  const stepHit = (direction: 1 | -1): void => selectIndex(nextOf(hits, selectedIndex, direction));

  /** Folds or opens a row; what holds the selection takes it, so that nothing selected is hidden. */
  const turn = useCallback(
    (row: number): void => {
      if (laid === null) return;
      const { outline } = laid;
      const item = at(outline.item, row);
      const kind = at(outline.kind, row);
      if (kind === rowKinds.node) {
        // Asked when somebody turns a row: did this depend on it, a selection would draw all rows again.
        const below = rowOf(laid.tree, outline, store.selectedId());
        const holds = row < below && isBelow(outline.parent, below, row);
        actions.toggleFold(
          at(laid.tree.arrays.idHash, item),
          holds ? rowIdOf(laid.tree, outline, row) : undefined,
        );
        return;
      }
      const hash = outline.groups[item]?.hash ?? 0;
      if (kind === rowKinds.more) actions.showMore(hash);
      else actions.toggleGroup(hash);
    },
    [actions, laid, store],
  );

  const onViewKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    // The sequence has keys of its own, along time.
    if (
      shownView === 'sequence' ||
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    )
      return;
    if (laid === null) return;
    if (!(event.target instanceof HTMLElement) || !event.target.matches('[data-view]')) return;
    const { outline } = laid;
    if (event.key === 'Enter' && selectedRow >= 0) {
      if (outline.kind[selectedRow] === rowKinds.more) turn(selectedRow);
      else enterPanel();
    } else {
      const step = stepFrom(outline, selectedRow, event.key);
      if (step === null) return;
      if ('turn' in step) turn(step.turn);
      else actions.select(rowIdOf(laid.tree, outline, step.to));
    }
    event.preventDefault();
  };

  useDocumentKeys(({ key, target }) => {
    // From inside the panel Escape leads back to the diagram, from anywhere else it ends the selection.
    if (key === 'Escape') {
      if (selectedId === null || document.querySelector('dialog[open]') !== null) return false;
      if (document.activeElement?.closest('#node-panel') == null) actions.select(null);
      focusView();
      return true;
    }
    if (!singleKeys.on || (target instanceof HTMLElement && target.closest('dialog'))) return false;
    const chosen = views[Number(key) - 1];
    if (chosen !== undefined) {
      if (chosen === shownView) focusView();
      else focusWhenShown.current = chosen;
      actions.setView(chosen);
      return true;
    }
    switch (key) {
      case '/':
        document.getElementById(findFieldId)?.focus();
        return true;
      case 'n':
      case 'N':
        stepHit(key === 'n' ? 1 : -1);
        return hits.length > 0;
      case 'e':
      case 'E':
        selectIndex(nextOf(problems, selectedIndex, key === 'e' ? 1 : -1));
        return problems.length > 0;
      case 'p':
        if (nodeId !== null || search.path === true) actions.togglePath();
        return true;
      case 'f':
        controls.current()?.fit();
        return true;
      default:
        return false;
    }
  });

  const hitSet = useMemo(() => new Set(hits), [hits]);
  const startHash = parseHash(search.at ?? '');
  const startIndex = startHash === null ? -1 : tree.arrays.idHash.indexOf(startHash);
  const startId = tree.nodes[startIndex]?.id ?? null;
  const { t0, t1 } = search;
  const stretch = useMemo(
    () => (t0 === undefined || t1 === undefined ? null : { t0, t1 }),
    [t0, t1],
  );
  const beside = useDeferredValue(useMemo(() => ({ node, group }), [node, group]));
  const nodeIsLive =
    beside.node?.kind === 'hop' ? beside.node.delivery.state === 'running' || live : live;

  return (
    <ViewContext value={store}>
      <SelectContext value={pick}>
        <TurnContext value={turn}>
          <main className="flex min-h-0 flex-1 flex-col">
            <CascadeHeader
              trace={detail.trace}
              live={live}
              updatedAtMs={props.updatedAtMs}
              failing={props.failing}
            />
            <div className="relative flex min-h-0 flex-1">
              <div className="flex min-w-0 flex-1 flex-col">
                <FindingsRow
                  findings={model.findings}
                  count={model.findingCount}
                  running={detail.trace.state === 'running'}
                  onShow={show}
                  onJobs={
                    selectedId === null && !jobsShown
                      ? () => {
                          // The button makes room for the panel, and cannot keep the focus.
                          flushSync(() => showJobs(true));
                          enterPanel(cascadePanelId);
                        }
                      : null
                  }
                />
                <Toolbar
                  view={view}
                  onView={actions.setView}
                  find={{
                    text: search.q ?? '',
                    count: hits.length,
                    current: hits.indexOf(selectedIndex) + 1,
                    problems: model.find.problems,
                    onText: actions.setFind,
                    onStep: stepHit,
                    onLeave: focusView,
                  }}
                  onlyProblems={search.only === 'problems'}
                  problemCount={problems.length}
                  onProblems={actions.toggleProblems}
                  path={nodeId === null ? null : { on: search.path === true }}
                  onPath={actions.togglePath}
                  controls={controls}
                />
                {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- The view inside has the focus. */}
                <div className="flex min-h-0 flex-1 flex-col" onKeyDown={onViewKey}>
                  <ShownView
                    view={shownView}
                    laid={laid}
                    keep={model.keep}
                    marks={model.marks}
                    turns={model.turns}
                    hits={hitSet}
                    selectedId={selectedId}
                    selectedRow={selectedRow}
                    startId={startId}
                    startZoom={search.zoom ?? null}
                    stretch={stretch}
                    actions={actions}
                    controls={controls}
                    onPick={pick}
                    onTurn={turn}
                    onEnterPanel={enterPanel}
                  />
                </div>
                <Legend view={shownView} onKeys={() => showAbove('keys')} />
              </div>
              {selectedId === null && jobsShown && (
                <CascadePanel
                  cascade={cascade}
                  detail={detail}
                  onSelect={pick}
                  onClose={() => {
                    showJobs(false);
                    focusView();
                  }}
                />
              )}
              {beside.group !== null && (
                <GroupPanel
                  tree={tree}
                  group={beside.group}
                  onSelect={pick}
                  onTurn={() => actions.toggleGroup(beside.group?.hash ?? 0)}
                  onClose={() => {
                    actions.select(null);
                    focusView();
                  }}
                />
              )}
              {beside.node !== undefined && (
                <NodePanel
                  cascade={cascade}
                  node={beside.node}
                  turns={model.turns}
                  tab={search.tab ?? 'logs'}
                  live={nodeIsLive}
                  onTab={actions.setTab}
                  onSelect={pick}
                  onClose={() => {
                    actions.select(null);
                    focusView();
                  }}
                />
              )}
            </div>
          </main>
        </TurnContext>
      </SelectContext>
    </ViewContext>
  );
}

/** Whether a row stands below another one in the tree. */
function isBelow(parent: Int32Array, row: number, above: number): boolean {
  for (let up = at(parent, row); up !== -1; up = at(parent, up)) if (up === above) return true;
  return false;
}
