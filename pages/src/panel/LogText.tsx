// A log line's text: correlation IDs become ways to the hop they name, words that were searched for are marked.
import { Link } from '@tanstack/react-router';
import { ArrowRightIcon } from '@phosphor-icons/react/ArrowRight';
import type { ReactElement } from 'react';
import { partsOf, type TextPart } from './log-text.ts';

/** What an ID in the text leads to. */
export interface Jumps {
  /** Node ids of this cascade by correlation ID. */
  nodes: ReadonlyMap<string, string>;
  onSelect: (nodeId: string) => void;
}

const chip =
  'inline-flex items-center gap-0.5 rounded border border-line bg-raised px-1 font-sans text-[11px] leading-4 font-medium text-ink hover:border-wire';

function Jump(props: { part: Extract<TextPart, { kind: 'id' }>; jumps: Jumps }): ReactElement {
  const { part, jumps } = props;
  const node = jumps.nodes.get(part.text);
  const inside = (
    <>
      {part.name}
      <ArrowRightIcon size={10} aria-hidden="true" />
    </>
  );
  return node === undefined ? (
    <Link to="/c/$traceId" params={{ traceId: part.traceId }} title={part.text} className={chip}>
      {inside}
    </Link>
  ) : (
    <button type="button" title={part.text} className={chip} onClick={() => jumps.onSelect(node)}>
      {inside}
    </button>
  );
}

/** @param props.words in lower case, as they were typed */
export function LogText(props: {
  text: string;
  words: readonly string[];
  jumps: Jumps;
}): ReactElement {
  return (
    <>
      {partsOf(props.text, props.words).map((part, index) => {
        const key = `${index} ${part.text}`;
        if (part.kind === 'id') return <Jump key={key} part={part} jumps={props.jumps} />;
        return part.kind === 'found' ? (
          <mark key={key} className="rounded-xs bg-retry-tint text-ink outline-1 outline-retry">
            {part.text}
          </mark>
        ) : (
          <span key={key}>{part.text}</span>
        );
      })}
    </>
  );
}
