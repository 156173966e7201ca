// Puts the cascade together: header, findings, diagram, and the panel beside it. Holds no data of its own:
// the selection is the address's.
import { ReactFlowProvider } from '@xyflow/react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useLayoutEffect, useMemo, useState, type ReactElement } from 'react';
import type { TraceDetail } from '../../../src/api/views.ts';
import { CascadePanel } from '../panel/CascadePanel.tsx';
import { NodePanel } from '../panel/NodePanel.tsx';
import { useDocumentTitle } from '../ui/use-document-title.ts';
import { useDocumentKeys } from '../ui/use-document-keys.ts';
import { sentenceOf, sentenceText } from '../words/sentence.ts';
import { CascadeHeader } from './CascadeHeader.tsx';
import { FindingsRow } from './FindingsRow.tsx';
import { findingsOf, turnsOf, type Finding } from './findings.ts';
import { layOut } from './layout.ts';
import { Legend } from './Legend.tsx';
import { buildCascade, chainOf } from './model.ts';
import type { CascadeSearch, PanelTab } from './search.ts';
import { SequenceCanvas } from './SequenceCanvas.tsx';
import { useCamera } from './use-camera.ts';
import { SelectContext, ViewContext, ViewStore } from './view-store.ts';

export interface CascadeViewProps {
  detail: TraceDetail;
  search: CascadeSearch;
  /** More may come. */
  live: boolean;
  updatedAtMs: number;
  failing: boolean;
}

export function CascadeView(props: CascadeViewProps): ReactElement {
  return (
    <ReactFlowProvider>
      <View {...props} />
    </ReactFlowProvider>
  );
}

/** Rail, row times and panel. */
const roomForOthers = 56 + 74 + 464;
const panelKey = 'throughline.jobs-panel';

function readPanelChoice(): boolean | null {
  try {
    const stored = localStorage.getItem(panelKey);
    return stored === null ? null : stored === 'shown';
  } catch {
    // Storage is blocked: the room decides.
    return null;
  }
}

function keepPanelChoice(shown: boolean): void {
  try {
    localStorage.setItem(panelKey, shown ? 'shown' : 'hidden');
  } catch {
    // Storage is blocked: the choice lasts as long as this page.
  }
}

function focusCanvas(): void {
  document.querySelector<HTMLElement>('.react-flow')?.focus();
}

function View({ detail, search, live, updatedAtMs, failing }: CascadeViewProps): ReactElement {
  const cascade = useMemo(() => buildCascade(detail), [detail]);
  const layout = useMemo(() => layOut(cascade), [cascade]);
  const turns = useMemo(() => turnsOf(cascade), [cascade]);
  const findings = useMemo(() => findingsOf(cascade, detail), [cascade, detail]);
  const navigate = useNavigate({ from: '/c/$traceId' });
  const [ready, setReady] = useState(false);

  const wanted = search.sel ?? null;
  const node = wanted === null ? undefined : cascade.nodes.get(cascade.idOf.get(wanted) ?? wanted);
  const selectedId = node?.id ?? null;
  const camera = useCamera(layout, selectedId, ready);

  const [panelChoice, setPanelChoice] = useState(readPanelChoice);
  // Beside a diagram that needs the room, the list of jobs opens only when asked for.
  const [roomBeside] = useState(() => layout.width + roomForOthers <= window.innerWidth);
  const jobsShown = panelChoice ?? roomBeside;
  const showJobs = (shown: boolean): void => {
    setPanelChoice(shown);
    keepPanelChoice(shown);
  };

  const [store] = useState(() => new ViewStore());
  useLayoutEffect(() => {
    const path = selectedId === null ? [] : chainOf(cascade, selectedId);
    store.set(selectedId, new Set(path.map(({ id }) => id)));
  }, [store, cascade, selectedId]);

  const { root } = detail.trace;
  const title = root === null ? 'Cascade' : sentenceText(sentenceOf(root));
  useDocumentTitle(title);

  const select = useCallback(
    (id: string | null) => {
      void navigate({
        search: (before) => {
          const after = { ...before };
          delete after.sel;
          return id === null ? after : { ...after, sel: id };
        },
        replace: true,
      });
    },
    [navigate],
  );
  /** By pointer: a step that Back undoes. */
  const pick = useCallback(
    (id: string) => {
      void navigate({ search: (before) => ({ ...before, sel: id }) });
      focusCanvas();
    },
    [navigate],
  );
  const show = (finding: Finding): void => {
    const last = finding.nodeIds.at(-1);
    if (last !== undefined) pick(last);
    requestAnimationFrame(() => camera.fitNodes(finding.nodeIds));
  };
  // From inside the panel Escape leads back to the diagram, from anywhere else it ends the selection.
  useDocumentKeys(({ key }) => {
    if (key !== 'Escape' || selectedId === null) return false;
    if (document.activeElement?.closest('#node-panel') == null) select(null);
    focusCanvas();
    return true;
  });
  const setTab = (tab: PanelTab): void => {
    void navigate({ search: (before) => ({ ...before, tab }), replace: true });
  };
  const nodeIsLive = node?.kind === 'hop' ? node.delivery.state === 'running' || live : live;

  return (
    <ViewContext value={store}>
      <SelectContext value={pick}>
        <main className="flex min-h-0 flex-1 flex-col">
          <CascadeHeader
            trace={detail.trace}
            live={live}
            updatedAtMs={updatedAtMs}
            failing={failing}
          />
          <div className="relative flex min-h-0 flex-1">
            <div className="flex min-w-0 flex-1 flex-col">
              <FindingsRow
                findings={findings}
                running={detail.trace.state === 'running'}
                camera={camera}
                onShow={show}
                onJobs={node === undefined && !jobsShown ? () => showJobs(true) : null}
              />
              <SequenceCanvas
                cascade={cascade}
                layout={layout}
                turns={turns}
                selectedId={selectedId}
                camera={camera}
                onReady={() => setReady(true)}
                onSelect={select}
                onEnterPanel={() => document.querySelector<HTMLElement>('#node-panel h2')?.focus()}
              />
              <Legend />
            </div>
            {node === undefined && jobsShown && (
              <CascadePanel
                cascade={cascade}
                detail={detail}
                onSelect={pick}
                onClose={() => showJobs(false)}
              />
            )}
            {node !== undefined && (
              <NodePanel
                cascade={cascade}
                node={node}
                turns={turns}
                tab={search.tab ?? 'logs'}
                live={nodeIsLive}
                onTab={setTab}
                onSelect={pick}
                onClose={() => {
                  select(null);
                  focusCanvas();
                }}
              />
            )}
          </div>
        </main>
      </SelectContext>
    </ViewContext>
  );
}
