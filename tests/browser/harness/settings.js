// Settings files for the journeys that need other rules than the file that ships.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { REPOSITORY } from './server.js';

/**
 * Writes a variant of `postern.toml` and returns its path.
 *
 * Each change names a table, a key and the value that it gets. The key must be there already: a setting that
 * was renamed fails here, not later in the browser.
 */
export async function settingsWith(...changes) {
  const shipped = await readFile(path.join(REPOSITORY, 'postern.toml'), 'utf8');
  const directory = await mkdtemp(path.join(os.tmpdir(), 'postern-settings-'));
  const file = path.join(directory, 'postern.toml');
  await writeFile(file, changes.reduce(change, shipped));
  return { file, remove: () => rm(directory, { recursive: true }) };
}

function change(text, { table, key, value }) {
  const lines = text.split('\n');
  const start = lines.indexOf(`[${table}]`);
  const assignment = new RegExp(`^${key}\\s*=`);
  const line = lines.findIndex((candidate, at) => at > start && assignment.test(candidate));
  const end = lines.findIndex((candidate, at) => at > start && candidate.startsWith('['));
  assert.ok(start >= 0 && line > start && (end < 0 || line < end), `postern.toml has no ${key} in [${table}]`);
  lines[line] = `${key} = ${value}`;
  return lines.join('\n');
}
