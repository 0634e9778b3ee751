// What a browser saw besides the page: console errors, refusals, requests that failed or went astray.

import assert from 'node:assert/strict';

/** Watches every tab of a browser context. */
export class Journal {
  #errors = [];
  #strays = [];
  #failures = [];
  #refusals = [];
  #expected = [];

  constructor(context) {
    context.on('weberror', error => this.#errors.push(String(error.error())));
    context.on('console', message => this.#hear(message));
    context.on('request', request => this.#see(request));
    context.on('requestfailed', request => this.#miss(request));
    context.on('response', response => response.status() >= 400 && this.#refusals.push(refusal(response)));
  }

  /** Names refusals that the journey is meant to meet, in order, as `422 form_code_incorrect`. */
  expectRefusals(...refusals) {
    this.#expected.push(...refusals);
  }

  /** Checks that nothing happened that the journey did not announce. */
  async assertClean() {
    assert.deepEqual(this.#errors, [], 'errors in the console');
    assert.deepEqual(this.#strays, [], 'requests that left this machine');
    assert.deepEqual(this.#failures, [], 'requests that failed, or that CORS blocked');
    assert.deepEqual(await Promise.all(this.#refusals), this.#expected, 'requests that were refused');
  }

  /** Everything out of the ordinary so far, for the report of a journey that failed half-way. */
  async lines() {
    return [...this.#errors, ...this.#strays, ...this.#failures, ...(await Promise.all(this.#refusals))];
  }

  #hear(message) {
    // Chromium's own line for each 4xx and 5xx: those are among the refusals.
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
    this.#errors.push(message.text());
  }

  #see(request) {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== 'localhost') this.#strays.push(request.url());
  }

  #miss(request) {
    const reason = request.failure()?.errorText;
    // A page that is left, reloaded or closed takes its open requests with it.
    if (reason !== 'net::ERR_ABORTED') this.#failures.push(`${reason} ${request.method()} ${request.url()}`);
  }
}

async function refusal(response) {
  const codes = await response.json().then(
    ({ errors }) => errors.map(({ code }) => code).join(' '),
    () => new URL(response.url()).pathname,
  );
  return `${response.status()} ${codes}`;
}
