// This process's clock, for what the application's back end decides from the time.

import { mock } from 'node:test';

/** Runs `decide` with the clock set ahead by `milliseconds`. */
export async function later(milliseconds, decide) {
  const { now } = Date;
  const ahead = mock.method(Date, 'now', () => now() + milliseconds);
  try {
    return await decide();
  } finally {
    ahead.mock.restore();
  }
}
