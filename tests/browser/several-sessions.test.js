import assert from 'node:assert/strict';

import { loaded } from './harness/browser.js';
import { journeys } from './harness/journey.js';
import { claims, PASSWORD, session, signUp } from './harness/people.js';

const journey = journeys({ settings: [{ table: 'sessions', key: 'single', value: 'false' }] });

const tokenOf = tab => tab.evaluate(() => clerk.session.getToken());

journey('two people are signed in at once, and the page changes between them', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  const ada = await signUp(tab, mail);
  const charles = await signUp(tab, mail);

  assert.deepEqual(
    (await tab.evaluate(() => clerk.client.sessions.map(({ id }) => id))).toSorted(),
    [ada.sessionId, charles.sessionId].toSorted(),
  );
  assert.equal(claims(await tokenOf(tab)).sub, charles.userId);

  await tab.evaluate(session => clerk.setActive({ session }), ada.sessionId);
  assert.equal((await session(tab)).userId, ada.userId);
  assert.equal(claims(await tokenOf(tab)).sub, ada.userId);

  await tab.reload();
  await loaded(tab);
  assert.deepEqual(await session(tab), { userId: ada.userId, sessionId: ada.sessionId });
});

journey('signing one out leaves the other signed in', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  const ada = await signUp(tab, mail);
  const charles = await signUp(tab, mail);

  await tab.evaluate(sessionId => clerk.signOut({ sessionId, redirectUrl: '/' }), charles.sessionId);
  await tab.evaluate(session => clerk.setActive({ session }), ada.sessionId);
  assert.deepEqual(await session(tab), { userId: ada.userId, sessionId: ada.sessionId });
  assert.deepEqual(await tab.evaluate(() => clerk.client.sessions.map(({ id }) => id)), [ada.sessionId]);

  await tab.evaluate(() => clerk.signOut({ redirectUrl: '/' }));
  assert.deepEqual(await session(tab), { userId: null, sessionId: null });
});

journey('the same person does not sign in twice', async ({ visitor, mail }) => {
  visitor.journal.expectRefusals('400 identifier_already_signed_in');
  const tab = await visitor.open();
  const ada = await signUp(tab, mail);

  const refusal = await tab.evaluate(
    credentials =>
      clerk.client.signIn.create({ strategy: 'password', ...credentials }).catch(({ errors: [{ code, meta }] }) => ({
        code,
        sessionId: meta.sessionId,
      })),
    { identifier: ada.address, password: PASSWORD },
  );
  assert.deepEqual(refusal, { code: 'identifier_already_signed_in', sessionId: ada.sessionId });
});
