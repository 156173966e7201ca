// The chain of causes from the person or system down to the node, and why a link in it is not certain.
import { Fragment, type ReactElement, type ReactNode } from 'react';
import { nodeIcon, nodeName } from '../cascade/describe.ts';
import { chainOf, type Cascade } from '../cascade/model.ts';
import { KindIcon } from '../ui/KindIcon.tsx';

const joint = {
  certain: <span className="text-sub">›</span>,
  weak: <span className="inline-block w-4 border-t-2 border-dashed border-ink" />,
  pending: <span className="inline-block w-4 border-t-2 border-dotted border-ink" />,
} as const;

const spoken = {
  certain: 'caused',
  weak: 'caused, by a weak link,',
  pending: 'caused, not recorded yet,',
} as const;

export function WhyItRan(props: {
  cascade: Cascade;
  id: string;
  heading: string;
  onSelect: (id: string) => void;
  /** Further notes, such as an earlier run. */
  children?: ReactNode;
}): ReactElement {
  const { cascade, id } = props;
  const chain = chainOf(cascade, id);
  const doubts = chain.flatMap((node) => {
    const cause = cascade.causeOf.get(node.id);
    const doubtful = cause !== undefined && cause.evidence !== 'certain' && cause.reason !== null;
    return doubtful ? [{ node, reason: cause.reason ?? '', evidence: cause.evidence }] : [];
  });
  return (
    <section className="border-b border-line px-4 py-3" aria-label={props.heading}>
      <h3 className="mb-1.5 text-[12px] leading-4 font-semibold">{props.heading}</h3>
      <ol className="flex flex-wrap items-center gap-x-[5px] gap-y-1 text-[12px] leading-5">
        {chain.map((node) => {
          const cause = cascade.causeOf.get(node.id);
          const current = node.id === id;
          return (
            <Fragment key={node.id}>
              {cause !== undefined && (
                <li aria-hidden="true" className="flex items-center">
                  {joint[cause.evidence]}
                </li>
              )}
              <li className="max-w-full">
                {cause !== undefined && <span className="sr-only">{spoken[cause.evidence]}</span>}
                <button
                  type="button"
                  aria-current={current ? 'true' : undefined}
                  onClick={() => props.onSelect(node.id)}
                  className="flex h-6 max-w-full items-center gap-1 rounded-md border border-line bg-raised px-[7px] whitespace-nowrap hover:bg-tint aria-[current]:border-ink aria-[current]:font-semibold"
                >
                  <span className="text-sub">
                    <KindIcon kind={nodeIcon(node)} />
                  </span>
                  <span className="truncate">{nodeName(node)}</span>
                </button>
              </li>
            </Fragment>
          );
        })}
      </ol>
      {doubts.map(({ node, reason, evidence }) => (
        <p
          key={node.id}
          className="mt-2.5 rounded-lg bg-retry-tint px-2.5 py-2 text-[12.5px] leading-[18px]"
        >
          <b className="font-semibold">
            {evidence === 'pending'
              ? `The cause of ${nodeName(node)} is not recorded yet.`
              : `Weak link to ${nodeName(node)}.`}
          </b>{' '}
          {reason}
        </p>
      ))}
      {props.children}
    </section>
  );
}
