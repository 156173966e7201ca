import { expect, it } from 'vitest';
import contract from '../../contracts/grafana/explore.json' with { type: 'json' };
import { exploreLink } from '../../../src/logs/explore-link.ts';

const link = (url: string, orgId: string): URL =>
  new URL(
    exploreLink({
      url,
      orgId,
      dataSource: { uid: 'P8E80F9AEF21F6940', type: 'loki' },
      query: { expr: '{service_name=~".+"} | correlation_id="a.b.c"', queryType: 'range' },
      fromNs: 1_764_000_000_000_000_000n,
      toNs: 1_764_000_031_999_000_001n,
    }),
  );

it('opens Explore with the query and a window that cuts no line off', () => {
  const url = link('https://grafana.example.com/sub', '3');
  expect(url.pathname).toBe(`/sub${contract.path}`);
  expect([...url.searchParams.keys()].toSorted()).toEqual(contract.parameters.toSorted());
  expect(url.searchParams.get('schemaVersion')).toBe(contract.schemaVersion);
  const panes = JSON.parse(url.searchParams.get('panes') ?? '');
  expect(Object.values(panes)).toEqual([contract.pane]);
});

it('leaves the organisation to whoever is logged in where none is configured', () => {
  expect(link('https://grafana.example.com', '').searchParams.has('orgId')).toBe(false);
});
