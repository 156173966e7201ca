// The end of a list that has more: fetches the next page. Shows nothing where there is none.
import type { ReactElement } from 'react';

/** @param props.query as `useInfiniteQuery` gives it */
export function LoadOlder(props: {
  query: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => Promise<unknown>;
  };
}): ReactElement | null {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = props.query;
  if (!hasNextPage) return null;
  return (
    <div className="border-t border-hair p-3 text-center">
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
