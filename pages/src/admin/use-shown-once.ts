// What the API tells once and never again, kept until the reader says that they have stored it: also when they have left
// the page meanwhile, or made another. It goes with the token, as all that was read does, and with the page's window.
import { useQuery, useQueryClient } from '@tanstack/react-query';

export interface ShownOnce<Made extends { id: string }> {
  /** The latest first. */
  made: readonly Made[];
  add: (made: Made) => void;
  /** It is stored elsewhere. */
  remove: (id: string) => void;
}

/** @param of which kind: each has a list of its own */
export function useShownOnce<Made extends { id: string }>(of: string): ShownOnce<Made> {
  const client = useQueryClient();
  const queryKey = ['shown-once', of];
  // Nobody is asked for it: the API no longer knows.
  const { data } = useQuery<readonly Made[]>({
    queryKey,
    queryFn: () => [],
    enabled: false,
    gcTime: Infinity,
  });
  const change = (edit: (known: readonly Made[]) => readonly Made[]): void =>
    void client.setQueryData<readonly Made[]>(queryKey, (known) => edit(known ?? []));
  return {
    made: data ?? [],
    add: (made) => change((known) => [made, ...known]),
    remove: (id) => change((known) => known.filter((each) => each.id !== id)),
  };
}
