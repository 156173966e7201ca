// The whole graph in a corner, and the part in sight as one box that is moved from outside React.
import {
  useEffectEvent,
  useLayoutEffect,
  useRef,
  type PointerEvent,
  type ReactElement,
  type Ref,
} from 'react';
import type { CascadeTree } from '../tree/tree.ts';
import type { Graph } from './geometry.ts';
import { coloursOf, minimapScale, paintMinimap } from './paint.ts';

export const minimapSize = { width: 132, height: 88 } as const;

/** Decorative for screen readers. */
export function Minimap(props: {
  tree: CascadeTree;
  graph: Graph;
  boxRef: Ref<HTMLSpanElement>;
  /** Changes with the theme, whose colours are painted. */
  theme: unknown;
  onCentre: (x: number, y: number) => void;
}): ReactElement {
  const { tree, graph, theme, boxRef } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const paint = useEffectEvent((..._because: unknown[]) => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || !element.parentElement) return;
    const ratio = window.devicePixelRatio;
    element.width = minimapSize.width * ratio;
    element.height = minimapSize.height * ratio;
    const colours = coloursOf(element.parentElement);
    paintMinimap(context, { tree, graph, colours }, minimapSize, ratio);
  });
  useLayoutEffect(() => paint(tree, graph, theme), [tree, graph, theme]);
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    const scale = minimapScale(graph, minimapSize);
    props.onCentre((event.clientX - box.left) / scale, (event.clientY - box.top) / scale);
  };
  return (
    <div
      aria-hidden="true"
      onPointerDown={move}
      onPointerMove={move}
      className="absolute right-3 bottom-3 z-10 cursor-pointer overflow-hidden rounded-md border border-line bg-raised shadow-tl max-sm:hidden"
      style={minimapSize}
    >
      <canvas ref={canvas} className="block size-full" />
      <span
        ref={boxRef}
        className="pointer-events-none absolute top-0 left-0 origin-top-left border border-ink bg-ink/8"
      />
    </div>
  );
}
