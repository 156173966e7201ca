import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askAhead, takeAhead } from '../../../pages/src/api/asked-ahead.ts';
import { setToken } from '../../../pages/src/api/token.ts';

const id = '0199a3f2-7c41-8b7e-9a10-5f0000000000';
const other = '0199a3f2-7c41-8b7e-9a10-5f0000000001';
const asked = vi.fn<typeof fetch>();

beforeEach(() => {
  asked.mockReset().mockImplementation(() => Promise.resolve(new Response('{}')));
  vi.stubGlobal('fetch', asked);
  setToken('tl_api_reader');
});
afterEach(async () => {
  // Whatever a test has left.
  await takeAhead(id);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a cascade that is asked for ahead', () => {
  it('is asked for as a page asks, and handed out once', async () => {
    askAhead(`/c/${id}`);
    expect(await (await takeAhead(id))?.text()).toBe('{}');
    const [address, init] = asked.mock.calls[0] ?? [];
    expect(address).toBe(`/api/traces/${id}?form=columns`);
    expect(new Headers(init?.headers).get('authorization')).toBe('Bearer tl_api_reader');
    expect(await takeAhead(id)).toBeNull();
    expect(asked).toHaveBeenCalledOnce();
  });

  it('is of an address that shows one, and of no other', async () => {
    for (const path of ['/', '/cascades', '/c/nothing', `/c/${id}/more`, `/id/${id}`])
      askAhead(path);
    expect(await takeAhead(id)).toBeNull();
    expect(asked).not.toHaveBeenCalled();
  });

  it('is not shown in the place of another, nor later', async () => {
    askAhead(`/c/${id}`);
    expect(await takeAhead(other)).toBeNull();
    expect(await takeAhead(id)).toBeNull();
  });

  it('is for who asked: whoever signs in asks anew', async () => {
    askAhead(`/c/${id}`);
    setToken('tl_api_another');
    expect(await takeAhead(id)).toBeNull();
  });

  it('is left alone once it is old', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    askAhead(`/c/${id}`);
    vi.advanceTimersByTime(15_000);
    expect(await takeAhead(id)).toBeNull();
  });

  it('is nothing where no answer came, and what the API answered where it refused', async () => {
    asked.mockImplementationOnce(() => Promise.reject(new TypeError('Failed to fetch')));
    askAhead(`/c/${id}`);
    expect(await takeAhead(id)).toBeNull();
    asked.mockImplementationOnce(() => Promise.resolve(new Response(null, { status: 404 })));
    askAhead(`/c/${id}`);
    expect((await takeAhead(id))?.status).toBe(404);
  });
});
