// The end of a list that has more: fetches the next page. Shows nothing where there is none.
import type { ReactElement } from 'react';
import { failureText } from '../api/http.ts';

/** @param props.query as `useInfiniteQuery` gives it */
export function LoadOlder(props: {
  query: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: Error | null;
    fetchNextPage: () => Promise<unknown>;
  };
}): ReactElement | null {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, error, fetchNextPage } =
    props.query;
  if (!hasNextPage) return null;
  return (
    <div className="border-t border-hair p-3 text-center">
      {isFetchNextPageError && error !== null && (
        <p role="alert" className="mb-2 text-fail">
          Older ones could not be loaded: {failureText(error)}
        </p>
      )}
      <button
        type="button"
        className="btn"
        disabled={isFetchingNextPage}
        onClick={() => void fetchNextPage()}
      >
        {isFetchingNextPage ? 'Loading…' : 'Load older'}
      </button>
    </div>
  );
}
