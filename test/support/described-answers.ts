// Holds answers of the API against its own description: whatever a test asks, the description must have foretold.
import { Validator } from '@cfworker/json-schema';
import { z } from 'zod';

const contentSchema = z.record(z.string(), z.object({ schema: z.looseObject({}) }));
const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        responses: z.record(z.string(), z.object({ content: contentSchema.optional() })),
      }),
    ),
  ),
  components: z.looseObject({}),
});

export type DescribedAnswers = {
  /**
   * @param pathname without a query
   * @param body as text
   * @throws where the answer's status, media type or shape is not as described
   */
  check(
    asked: { method: string; pathname: string },
    answer: { status: number; mediaType: string | null; body: string },
  ): void;
};

/** @param document as `/api/openapi.json` gives it */
export function describedAnswers(document: unknown): DescribedAnswers {
  const { paths, components } = documentSchema.parse(document);
  const templates = Object.keys(paths).map((template) => ({
    template,
    // One without a placeholder comes first.
    places: template.split('{').length,
    pattern: new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }));
  templates.sort((a, b) => a.places - b.places);
  const validators = new Map<object, Validator>();
  const validate = (schema: object, value: unknown, name: string): void => {
    let validator = validators.get(schema);
    if (!validator) {
      validator = new Validator({ ...schema, components }, '2020-12', false);
      validators.set(schema, validator);
    }
    const { valid, errors } = validator.validate(value);
    if (!valid) {
      const why = errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
      throw new Error(`${name} is not as described:\n${why.join('\n')}`);
    }
  };
  return {
    check({ method, pathname }, { status, mediaType, body }) {
      const name = `${status} of ${method} ${pathname}`;
      const found = templates.find(({ pattern }) => pattern.test(pathname));
      const operation = found && paths[found.template]?.[method.toLowerCase()];
      const response = operation?.responses[String(status)];
      // An answer without a body, as described.
      if (response && !response.content && body === '') return;
      const content = response?.content ?? {};
      const [type = ''] = (mediaType ?? '').split(';');
      const described = content[type]?.schema;
      if (described) {
        validate(described, type === 'text/html' ? body : JSON.parse(body), name);
        return;
      }
      // What is answered before a route is found, and where there is none.
      const isProblem = type === 'application/problem+json';
      if (!isProblem || (operation && ![401, 403].includes(status))) {
        throw new Error(`${name} (${type}) is not described: ${body.slice(0, 300)}`);
      }
      validate({ $ref: '#/components/schemas/Problem' }, JSON.parse(body), name);
    },
  };
}

/** Checks one answer, and hands it on. Its body can still be read. */
export async function checked(
  answers: DescribedAnswers,
  asked: { method: string; url: string },
  response: Response,
): Promise<Response> {
  const { pathname } = new URL(asked.url, 'https://edge.example');
  answers.check(
    { method: asked.method, pathname },
    {
      status: response.status,
      mediaType: response.headers.get('content-type'),
      body: await response.clone().text(),
    },
  );
  return response;
}
