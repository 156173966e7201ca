// Reads Hasura's metadata as its CLI lays it out: YAML files that include each other. It checks no content.
// Source: hasura.io/docs/latest/migrations-metadata-seeds/metadata-format (v2.x), read in November 2026.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

const include = /^!include (.+)$/;

/**
 * @param path a file of the metadata directory
 * @returns its content, with every `"!include file"` replaced by that file's, which is named from the including one
 * @throws when a file is missing or is no YAML
 */
export function readMetadataFile(path: string): unknown {
  return withIncludes(parse(readFileSync(path, 'utf8')), dirname(path));
}

function withIncludes(value: unknown, directory: string): unknown {
  if (typeof value === 'string') {
    const file = include.exec(value)?.[1];
    return file === undefined ? value : readMetadataFile(join(directory, file));
  }
  if (Array.isArray(value)) return value.map((item) => withIncludes(item, directory));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withIncludes(item, directory)]),
  );
}
