// From the API's answer and the address to what views draw: the tree, its rows, what is found, what is selected.
import { useCallback, useDeferredValue, useMemo } from 'react';
import type { TraceDetail } from '../../../src/api/views.ts';
import { findIn, isProblem, parseFind, type Find } from '../tree/find.ts';
import { loopMarks, type MarkContext } from '../tree/marks.ts';
import type { Laid } from '../tree/outline-client.ts';
import type { Group } from '../tree/outline.ts';
import { groupById, rowOf } from '../tree/rows.ts';
import { buildTree, pathOf, withCauses, type CascadeTree } from '../tree/tree.ts';
import { useNow } from '../time/clock.ts';
import { useAfterPaint } from '../ui/use-after-paint.ts';
import type { Finding } from './finding.ts';
import { findingsFor, findingsOf, turnsOf, type Turn } from './findings.ts';
import { buildCascade, type Cascade, type CascadeNode } from './model.ts';
import { foldsOf, opensOf, type CascadeSearch } from './search.ts';
import { useOutline } from './use-outline.ts';

export interface CascadeModel {
  cascade: Cascade;
  /** 1 for what the filters keep, by index; null keeps all. */
  keep: Uint8Array | null;
  tree: CascadeTree;
  turns: Map<string, Turn>;
  /** At most five, with what concerns the selection; null until a large cascade has been looked through. */
  findings: Finding[] | null;
  /** How many there are of the whole cascade. */
  findingCount: number;
  marks: MarkContext;
  /** Indices, in order of time. */
  problems: number[];
  find: Find;
  hits: number[];
  /** Null while the first rows of a large cascade are made; can be of an earlier tree. */
  laid: Laid | null;
  /** A node's or a group's; null for none. */
  selectedId: string | null;
  node: CascadeNode | undefined;
  group: Group | null;
  selectedRow: number;
}

/** Of more nodes than this the findings come after the first painting. */
const lookedThroughAtOnce = 2_000;

export function useCascadeModel(detail: TraceDetail, search: CascadeSearch): CascadeModel {
  const cascade = useMemo(() => buildCascade(detail), [detail]);
  const tree = useMemo(() => buildTree(cascade), [cascade]);
  const turns = useMemo(() => turnsOf(cascade), [cascade]);
  const all = useAfterPaint(
    tree.arrays.count > lookedThroughAtOnce,
    useCallback(() => findingsOf(cascade, detail), [cascade, detail]),
  );
  const loops = useMemo(() => loopMarks(cascade, detail.loops), [cascade, detail]);
  const nowMs = useNow(60_000);
  const marks = useMemo(() => ({ cascade, turns, loops, nowMs }), [cascade, turns, loops, nowMs]);
  const problems = useMemo(
    () => tree.nodes.flatMap((_, index) => (isProblem(tree, index) ? [index] : [])),
    [tree],
  );
  const text = useDeferredValue(search.q ?? '');
  const find = useMemo(() => parseFind(text), [text]);
  const hits = useMemo(() => findIn(tree, find), [tree, find]);

  const wanted = search.sel ?? null;
  const nodeId = wanted === null ? null : (cascade.idOf.get(wanted) ?? wanted);
  const node = nodeId === null ? undefined : cascade.nodes.get(nodeId);
  const selected = node === undefined ? -1 : (tree.indexOf.get(node.id) ?? -1);

  const onPath = search.path === true && selected >= 0;
  const pathIndex = onPath ? selected : -1;
  const onlyProblems = search.only === 'problems';
  const keep = useMemo(() => {
    const path = pathIndex >= 0 ? pathOf(tree.arrays, pathIndex) : null;
    if (!onlyProblems) return path;
    const keptProblems = withCauses(tree.arrays, problems);
    return path === null
      ? keptProblems
      : keptProblems.map((kept, index) => kept & (path[index] ?? 0));
  }, [tree, problems, pathIndex, onlyProblems]);

  const { fold, open } = search;
  const request = useMemo(
    () => ({
      selected,
      keep,
      folded: foldsOf(fold === undefined ? {} : { fold }),
      open: opensOf(open === undefined ? {} : { open }),
    }),
    [selected, keep, fold, open],
  );
  const laid = useOutline(tree, request);
  const group = laid === null ? null : groupById(laid.outline, wanted);
  const selectedId = node?.id ?? (group === null ? null : wanted);
  const nodeKey = node?.id ?? null;
  const findings = useMemo(
    () => (all === null ? null : findingsFor(cascade, all, nodeKey)),
    [cascade, all, nodeKey],
  );
  const selectedRow = useMemo(
    () => (laid === null ? -1 : rowOf(laid.tree, laid.outline, selectedId)),
    [laid, selectedId],
  );
  return {
    cascade,
    keep,
    tree,
    turns,
    findings,
    findingCount: Math.max(all?.length ?? 0, findings?.length ?? 0),
    marks,
    problems,
    find,
    hits,
    laid,
    selectedId,
    node,
    group,
    selectedRow,
  };
}
