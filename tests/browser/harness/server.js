// The local server under test: one process for each test file, its data in memory.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { freePort } from './port.js';

export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Starts the server on a free port and waits until it is healthy.
 *
 * `settings` is the path of a settings file; without one the server reads the file that ships.
 */
export async function startServer({ settings } = {}) {
  const port = await freePort();
  const options = ['--memory', '--port', String(port), ...(settings ? ['--settings', settings] : [])];
  // The shell that runs the tests must not decide which settings they see.
  const { POSTERN_SETTINGS: _, ...env } = process.env;
  const child = spawn(binary(), options, { cwd: REPOSITORY, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', chunk => output.push(chunk));
  child.stderr.on('data', chunk => output.push(chunk));
  const exited = once(child, 'exit').catch(error => [error]);
  const stop = async () => {
    child.kill();
    await exited;
  };

  const url = `http://localhost:${port}`;
  try {
    await Promise.race([healthy(url), exited.then(([reason]) => Promise.reject(new Error(`it ended: ${reason}`)))]);
    return { url, keys: await json(`${url}/dev/keys`), stop };
  } catch (error) {
    await stop();
    throw new Error(`the server did not start: ${error.message}\n${Buffer.concat(output)}`);
  }
}

/** `POSTERN_LOCAL`, or the debug build, brought up to date. */
function binary() {
  if (process.env.POSTERN_LOCAL) return path.resolve(process.env.POSTERN_LOCAL);
  execFileSync('cargo', ['build', '--package', 'postern-local'], { cwd: REPOSITORY, stdio: 'inherit' });
  return path.join(process.env.CARGO_TARGET_DIR ?? path.join(REPOSITORY, 'target'), 'debug', 'local');
}

async function healthy(url) {
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    const answer = await fetch(`${url}/v1/health`).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > deadline) throw new Error(`not healthy after ${START_LIMIT_MS} ms`);
    await pause(25);
  }
}

async function json(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} from ${url}`);
  return answer.json();
}

const START_LIMIT_MS = 20_000;
