// Requests of a page that are answered when a test says so.
import type { Page, Route } from 'playwright-core';

interface Held {
  came: Promise<Route>;
  letGo: () => void;
  /** The answer has come to the page. */
  done: Promise<undefined>;
}

/** Holds the first such request, and answers it as told once it is let go; else as the world does. */
export async function hold(
  page: Page,
  path: string | RegExp,
  method: string,
  answer: (route: Route) => Promise<void> = (route) => route.continue(),
): Promise<Held> {
  const came = Promise.withResolvers<Route>();
  const gone = Promise.withResolvers<undefined>();
  const done = Promise.withResolvers<undefined>();
  let isHeld = false;
  await page.route(path, async (route) => {
    if (isHeld || route.request().method() !== method) return route.fallback();
    isHeld = true;
    came.resolve(route);
    await gone.promise;
    // The page may have given it up meanwhile.
    await answer(route).catch(() => undefined);
    await route
      .request()
      .response()
      .catch(() => null);
    done.resolve(undefined);
  });
  return { came: came.promise, letGo: () => gone.resolve(undefined), done: done.promise };
}

/** What the first such request asks for is done, and nobody is told. */
export async function loseAnswer(page: Page, path: string, method: string): Promise<void> {
  let isLost = false;
  await page.route(path, async (route) => {
    if (isLost || route.request().method() !== method) return route.fallback();
    isLost = true;
    await route.fetch();
    await route.abort();
  });
}

/** The first such request is told that its token is not known any more. */
export async function endSession(page: Page, path: string): Promise<void> {
  await page.route(
    path,
    (route) =>
      route.fulfill({
        status: 401,
        contentType: 'application/problem+json',
        body: '{"title":"Unauthorized","status":401}',
      }),
    { times: 1 },
  );
}
