// A log line as the stand-in keeps it, and its order. Pure.

export type Labels = Readonly<Record<string, string>>;

export type Entry = {
  /** Nanoseconds since the epoch. */
  at: bigint;
  line: string;
  stream: Labels;
  metadata: Labels;
};

/** Labels with their names in order, as Loki writes them. */
export function sorted(labels: Labels): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}
