// Puts server, site and browser up for a test file, and gives each journey a visitor of its own.

import { after, before, test } from 'node:test';

import { startBrowser, Visitor } from './browser.js';
import { Mailbox } from './mailbox.js';
import { startServer } from './server.js';
import { settingsWith } from './settings.js';
import { startSite } from './site.js';

/**
 * Returns the function that declares a journey; call it once, at the top of a test file.
 *
 * A journey is a test that gets `{ visitor, newVisitor, mail, server, site }`. Besides what it checks itself, it
 * fails if a visitor's browser saw an error, a refusal that was not announced, or a request to another machine.
 */
export function journeys({ settings = [] } = {}) {
  const world = {};
  const closing = [];

  before(async () => {
    const variant = settings.length > 0 ? await settingsWith(...settings) : null;
    if (variant) closing.push(variant.remove);
    world.server = await startServer({ settings: variant?.file });
    closing.push(world.server.stop);
    world.site = await startSite(world.server);
    closing.push(world.site.stop);
    world.browser = await startBrowser();
    closing.push(() => world.browser.close());
    world.mail = new Mailbox(world.server.url);
  });

  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  return (fact, steps) =>
    test(fact, { timeout: JOURNEY_LIMIT_MS }, async t => {
      const { browser, ...surroundings } = world;
      const visitors = [];
      const newVisitor = async () => {
        const visitor = await Visitor.arrive(browser, world.site);
        visitors.push(visitor);
        return visitor;
      };
      t.after(() => Promise.all(visitors.map(visitor => visitor.leave())));
      try {
        await steps({ ...surroundings, newVisitor, visitor: await newVisitor() });
      } catch (error) {
        for (const { journal } of visitors) for (const line of await journal.lines()) t.diagnostic(line);
        throw error;
      }
      for (const { journal } of visitors) await journal.assertClean();
    });
}

const JOURNEY_LIMIT_MS = 60_000;
