// What changed and when, for charts over time to mark it: the configuration, and the Worker itself.
import { useMemo } from 'react';
import type { Marker } from '../chart/markers.ts';
import { useConfigurationChanges } from './configuration-changes.ts';
import { useEdgeVersions } from './edge-versions.ts';

/** The earliest first. */
export function useChanges(): readonly Marker[] {
  const ofConfiguration = useConfigurationChanges();
  const ofEdge = useEdgeVersions();
  return useMemo(
    () => [...ofConfiguration, ...ofEdge].toSorted((a, b) => a.atMs - b.atMs),
    [ofConfiguration, ofEdge],
  );
}
