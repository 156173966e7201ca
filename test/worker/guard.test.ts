// What the guard keeps the edge from: being anybody's open relay.
import { inject } from 'vitest';
import { describe, expect, test } from 'vitest';
import {
  forbiddenIpv4,
  forbiddenIpv6,
  forbiddenNames,
  ipv4Spellings,
} from '../support/forbidden-addresses.ts';
import { edgeUrl, event, send } from './edge.ts';

/** As in production, and with an allowlist that is wide open. */
const wideOpen = {
  ALLOWED_DESTINATIONS: '*,http://*:*,https://*:*',
  ALLOW_PRIVATE_DESTINATIONS: '',
};

const hosts = [
  ...forbiddenIpv4.flatMap(([, address]) => ipv4Spellings(address).map(([, host]) => host)),
  ...forbiddenIpv6.map(([, address]) => `[${address}]`),
  ...forbiddenNames,
];

describe('with the allowlist wide open', () => {
  test('no forbidden address is connected to, in any spelling', async () => {
    const { port } = new URL(inject('destinationUrl'));
    const sent = await Promise.all(
      hosts.map((host, index) => {
        // A destination listens on this port of this machine: what got through would be received.
        const destination = encodeURIComponent(`http://${host}:${port}/forbidden?${index}`);
        return send(event(`https://edge.example/?destinations=${destination}`, '{}'), wideOpen);
      }),
    );
    const through = hosts.filter((_host, index) => {
      const status = sent[index]?.response.status;
      return status !== 403 && status !== 400;
    });
    expect(through).toEqual([]);
    expect(sent.flatMap(({ records }) => records).map(({ type }) => type)).not.toContain('attempt');
    const received = await Promise.all(
      hosts.map(async (_host, index) => {
        const path = encodeURIComponent(`/forbidden?${index}`);
        const answer = await fetch(`${inject('destinationUrl')}/received?path=${path}`);
        return answer.json();
      }),
    );
    expect(received.flat()).toEqual([]);
  });

  test('the refusal says which rule it was, and leaves the query out', async () => {
    const destination = encodeURIComponent('https://169.254.169.254/latest?secret=1');
    const { response, text } = await send(
      event(`https://edge.example/?destinations=${destination}`, '{}'),
      wideOpen,
    );
    expect(response.status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({
      type: 'urn:throughline:problem:destination_forbidden',
      detail: expect.stringContaining('https://169.254.169.254/latest" is never called'),
    });
  });
});

describe('an allowlist of * alone', () => {
  const star = { ALLOWED_DESTINATIONS: '*', ALLOW_PRIVATE_DESTINATIONS: 'true' };

  test.each([
    ['http', 'http://127.0.0.1/job'],
    ['another port', 'https://127.0.0.1:8443/job'],
  ])('does not open %s', async (_what, destination) => {
    const { response, text } = await send(
      event(`https://edge.example/?destinations=${encodeURIComponent(destination)}`, '{}'),
      star,
    );
    expect(response.status).toBe(403);
    expect(text).toContain('destination_not_allowed');
  });

  test('opens https on its own port', async () => {
    const destination = encodeURIComponent('https://127.0.0.1/job');
    const { records } = await send(
      event(`https://edge.example/?destinations=${destination}`, '{}'),
      star,
    );
    // Nobody listens there: that an attempt was made is what counts.
    expect(records).toMatchObject([{ type: 'attempt' }]);
  });
});

test('more destinations than the limit are refused', async () => {
  const { response, text } = await send(event(edgeUrl('/1', '/2', '/3'), '{}'), {
    MAX_DESTINATIONS: '2',
  });
  expect(response.status).toBe(400);
  expect(text).toContain('destinations_too_many');
});
