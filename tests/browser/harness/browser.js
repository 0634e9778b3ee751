// Headless Chromium, one for each test file, and a fresh profile for each visitor.

import assert from 'node:assert/strict';

import { chromium } from 'playwright-core';

import { Journal } from './journal.js';

/** Starts Debian's Chromium, or the one that `CHROMIUM` names. */
export async function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // clerk-js takes a browser with `navigator.webdriver` for offline and swallows errors.
      '--disable-blink-features=AutomationControlled',
    ],
    ignoreDefaultArgs: ['--enable-automation'],
  });
}

/** Somebody with a browser of their own: cookies and storage that nobody else has. */
export class Visitor {
  #context;
  #site;

  static async arrive(browser, site) {
    const context = await browser.newContext({ baseURL: site.url });
    context.setDefaultTimeout(STEP_LIMIT_MS);
    return new Visitor(context, site);
  }

  constructor(context, site) {
    this.#context = context;
    this.#site = site;
    this.journal = new Journal(context);
  }

  /** Opens a page of the site in a new tab and waits until the client package has loaded. */
  async open(path = '/') {
    const tab = await this.#context.newPage();
    await tab.goto(path);
    await loaded(tab);
    assert.equal(await tab.evaluate(() => navigator.webdriver), false);
    return tab;
  }

  /** Opens an empty tab: for a page without the client package, or to set up the tab's clock. */
  async openBlank() {
    return this.#context.newPage();
  }

  /** The cookies that the site's pages and the API see, by name; they share the host `localhost`. */
  async cookies() {
    const cookies = await this.#context.cookies(this.#site.url);
    return Object.fromEntries(cookies.map(({ name, value }) => [name, value]));
  }

  /** Throws away the cookies whose name matches. */
  async loseCookies(name) {
    await this.#context.clearCookies({ name });
  }

  async leave() {
    await this.#context.close();
  }
}

/** Waits until the client package in `tab` has loaded. */
export async function loaded(tab) {
  await tab.waitForFunction(() => globalThis.clerk?.loaded);
}

const STEP_LIMIT_MS = 15_000;
