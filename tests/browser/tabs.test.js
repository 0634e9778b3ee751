import assert from 'node:assert/strict';

import { verifyToken } from '@clerk/backend';

import { loaded } from './harness/browser.js';
import { journeys } from './harness/journey.js';
import { session, signOut, signUp } from './harness/people.js';

const journey = journeys();

journey('a second tab has the session of the first', async ({ visitor, mail }) => {
  const { userId, sessionId } = await signUp(await visitor.open(), mail);
  assert.deepEqual(await session(await visitor.open()), { userId, sessionId });
});

journey('signing out in one tab signs the other out', async ({ visitor, mail }) => {
  const first = await visitor.open();
  await signUp(first, mail);
  const second = await visitor.open();
  assert.ok((await session(second)).sessionId);

  await signOut(first);
  await second.waitForFunction(() => clerk.session === null && clerk.client.sessions.length === 0);
});

journey('tabs that touch, refresh and save at once lose nothing', async ({ visitor, mail, server }) => {
  const first = await visitor.open();
  const { userId, sessionId } = await signUp(first, mail);
  const tabs = [first, await visitor.open(), await visitor.open()];

  const busy = tab =>
    tab.evaluate(async () => {
      const touches = Array.from({ length: 5 }, () => clerk.session.touch({ intent: 'focus' }));
      const tokens = Array.from({ length: 5 }, () => clerk.session.getToken({ skipCache: true }));
      await Promise.all(touches);
      return Promise.all(tokens);
    });
  const saving = first.evaluate(() => clerk.user.update({ firstName: 'Ada' }).then(({ firstName }) => firstName));
  const [firstName, ...tokens] = await Promise.all([saving, ...tabs.map(busy)]);

  assert.equal(firstName, 'Ada');
  for (const token of tokens.flat()) {
    const { sub, sid } = await verifyToken(token, { secretKey: server.keys.secret_key, apiUrl: server.url });
    assert.deepEqual({ sub, sid }, { sub: userId, sid: sessionId });
  }
  for (const tab of tabs) {
    await tab.reload();
    await loaded(tab);
    assert.deepEqual(await session(tab), { userId, sessionId });
    assert.equal(await tab.evaluate(() => clerk.user.firstName), 'Ada');
  }
});
