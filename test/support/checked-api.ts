// The API as tests ask it: every answer is held against the API's own description.
import { createApi } from '../../src/api/create-api.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { checked, type DescribedAnswers, describedAnswers } from './described-answers.ts';
import { describedRoutes, openApiDocument } from '../../src/api/openapi-document.ts';

export type CheckedApi = {
  /** @throws where the answer is not as described */
  request(path: string, init?: RequestInit): Promise<Response>;
};

let answers: DescribedAnswers | null = null;

export function createCheckedApi(deps: ApiDeps): CheckedApi {
  const api = createApi(deps);
  // As JSON: what is left out there is not described.
  answers ??= describedAnswers(JSON.parse(JSON.stringify(openApiDocument(describedRoutes(api)))));
  const known = answers;
  return {
    request: async (path, init = {}) =>
      checked(known, { method: init.method ?? 'GET', url: path }, await api.request(path, init)),
  };
}
