// The pages that the navigation leads to: where, under which word, and by which letter after `g`. Pure.

export type Place = {
  to: '/' | '/jobs' | '/cascades' | '/dead' | '/circuits' | '/coverage' | '/admin/routes';
  /** Beginnings of the paths on which it is the current one, beside its own. */
  below: readonly string[];
  label: string;
  letter: string;
};

export const places: readonly Place[] = [
  { to: '/', below: [], label: 'Overview', letter: 'o' },
  { to: '/cascades', below: ['/cascades', '/c/'], label: 'Cascades', letter: 'c' },
  { to: '/jobs', below: ['/jobs'], label: 'Jobs', letter: 'j' },
  { to: '/dead', below: ['/dead', '/replays'], label: 'Dead letters', letter: 'd' },
  { to: '/circuits', below: ['/circuits'], label: 'Circuits', letter: 'i' },
  { to: '/coverage', below: ['/coverage'], label: 'Coverage', letter: 'v' },
  { to: '/admin/routes', below: ['/admin'], label: 'Routing', letter: 'r' },
];

/** Those below Routing. The palette alone lists them. */
export const adminPlaces = [
  { to: '/admin/destinations', label: 'Routing: destinations' },
  { to: '/admin/keys', label: 'Routing: keys' },
  { to: '/admin/settings', label: 'Routing: settings' },
  { to: '/admin/tokens', label: 'Routing: tokens' },
  { to: '/admin/dry-run', label: 'Routing: dry run' },
  { to: '/admin/versions', label: 'Routing: versions' },
  { to: '/admin/audit', label: 'Routing: audit' },
] as const;
