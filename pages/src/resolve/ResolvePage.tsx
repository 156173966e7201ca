// What an address with an ID leads to: straight to the page of what it names, or to what there is instead, and why.
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useRouter } from '@tanstack/react-router';
import { useEffect, type ReactElement } from 'react';
import type { SearchView } from '../../../src/api/search-views.ts';
import { searchQuery } from '../api/queries.ts';
import { Frame } from '../frame/Frame.tsx';
import { Notice, ProblemNotice } from '../ui/Notice.tsx';
import { useDocumentTitle } from '../ui/use-document-title.ts';
import { targetOf } from './target.ts';
import { kindWords } from './words.ts';

export function ResolvePage(): ReactElement {
  const { _splat: text = '' } = useParams({ from: '/id/$' });
  const router = useRouter();
  const query = useQuery(searchQuery(text));
  useDocumentTitle('Find');
  const target = query.data === undefined ? null : targetOf(query.data);
  useEffect(() => {
    // In the place of this page: going back leads to where the ID stood.
    if (target !== null) router.history.replace(target);
  }, [router, target]);
  return (
    <Frame crumbs={<span className="font-medium">Find</span>}>
      <main className="flex min-h-0 flex-1 flex-col overflow-auto">
        <h1 className="sr-only">Find</h1>
        {query.isError && (
          <ProblemNotice
            error={query.error}
            what="The search"
            onRetry={() => void query.refetch()}
          />
        )}
        {query.data !== undefined && target === null && <Found found={query.data} />}
        {(query.isPending || target !== null) && <span className="sr-only">Looking it up</span>}
      </main>
    </Frame>
  );
}

function Found({ found: { text, answers, wrong } }: { found: SearchView }): ReactElement {
  const router = useRouter();
  const isNothing = answers.length === 0;
  return (
    <Notice
      tone="wait"
      title={isNothing ? 'Nothing is known by this' : 'This can be several things'}
      announce="status"
    >
      <code className="max-w-full overflow-x-auto font-mono text-[12px] break-all text-ink">
        {text}
      </code>
      {wrong !== null && <p>{wrong}</p>}
      {isNothing && wrong === null && (
        <p>No event, hop, row, person, job or trigger has this as its ID or in its name.</p>
      )}
      {!isNothing && (
        <ul className="m-0 flex w-full max-w-[560px] list-none flex-col gap-1 p-0 text-left">
          {answers.map(({ kind, label, detail, url }) => (
            <li key={`${kind} ${url}`}>
              <a
                href={url}
                className="flex flex-col rounded-lg border border-line bg-base px-3 py-2 hover:bg-recess"
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  router.history.push(url);
                }}
              >
                <span className="font-medium text-ink">
                  {kindWords[kind]} <span className="font-mono text-[12px]">{label}</span>
                </span>
                <span className="text-[12px] text-sub">{detail}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
      <Link to="/cascades" className="link">
        Go to the cascades
      </Link>
    </Notice>
  );
}
