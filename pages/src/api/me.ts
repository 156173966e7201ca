// Who the reader is to the API, and what their role lacks. Decides nothing: the API refuses whatever is not allowed.
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { MeView } from '../../../src/api/access/views.ts';
import { answerOf, api } from './http.ts';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }): Promise<MeView> => answerOf((options) => api.me.$get({}, options), signal),
  refetchInterval: 60_000,
  staleTime: 30_000,
});

type Role = MeView['role'];

const order: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Undefined until it is known. */
export function useMe(): MeView | undefined {
  return useQuery(meQuery).data;
}

/** Why the reader may not, in a sentence; null where they may, and until it is known who they are. */
export function useLacking(needed: Role): string | null {
  const me = useMe();
  if (me === undefined || order[me.role] >= order[needed]) return null;
  return `This needs the role ${needed}; yours is ${me.role}.`;
}
