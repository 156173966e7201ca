// Reads a JSON body. Says what is wrong with it, and where the JSON breaks off; its shape is not checked here.
import { maxDocumentBytes } from '../config/read-document.ts';
import { messageOf } from '../error-message.ts';
import { ApiProblem, invalid } from './problem.ts';

/** A configuration, the largest there is, may be written with blanks and line ends, which do not count in the end. */
const maxBodyBytes = 4 * maxDocumentBytes;

/**
 * Another content type is refused, which also keeps a form on a foreign page from sending anything.
 * @throws ApiProblem 400, 413, 415
 */
export async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type');
  if (request.body && !/^application\/json *(?:;|$)/i.test(type ?? '')) {
    const had = type === null ? 'none is named' : `this is ${type.slice(0, 100)}`;
    throw new ApiProblem(
      'unsupported_media_type',
      `A body must be Content-Type: application/json; ${had}.`,
      { headers: { accept: 'application/json' } },
    );
  }
  return parse(await readText(request));
}

async function readText(request: Request): Promise<string> {
  if (!request.body) return '';
  // A byte order mark is no part of JSON (RFC 8259 §8.1): one is left out, as the decoder does.
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) {
      throw new ApiProblem('body_too_large', `At most ${maxBodyBytes} bytes are read.`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parse(text: string): unknown {
  if (text === '') {
    throw invalid([{ in: 'json', name: 'body', message: 'is missing: send JSON' }]);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid([{ in: 'json', name: 'body', message: `is no JSON: ${messageOf(error)}` }]);
  }
}
