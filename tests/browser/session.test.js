import assert from 'node:assert/strict';

import { loaded } from './harness/browser.js';
import { journeys } from './harness/journey.js';
import { claims, session, signOut, signUp } from './harness/people.js';

const journey = journeys();

journey('a reload keeps the session', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  const { userId, sessionId } = await signUp(tab, mail);

  await tab.reload();
  await loaded(tab);
  assert.deepEqual(await session(tab), { userId, sessionId });
  assert.equal(claims(await tab.evaluate(() => clerk.session.getToken())).sid, sessionId);
});

journey('signing out ends the session here and on the server', async ({ visitor, mail, server }) => {
  const tab = await visitor.open();
  const { sessionId } = await signUp(tab, mail);
  const signedIn = await visitor.cookies();
  assert.ok(Number(signedIn.__client_uat) > 0);
  assert.ok(signedIn.__session);

  await signOut(tab);
  const signedOut = await visitor.cookies();
  assert.equal(signedOut.__client_uat, '0');
  assert.equal(signedOut.__session, undefined);

  await tab.reload();
  await loaded(tab);
  assert.deepEqual(await session(tab), { userId: null, sessionId: null });

  const answer = await fetch(`${server.url}/v1/client/sessions/${sessionId}/tokens`, {
    method: 'POST',
    headers: { cookie: `__client=${signedIn.__client}`, 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(answer.status, 401);
});

journey('a token is cached until a fresh one is asked for', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  const { sessionId } = await signUp(tab, mail);

  const [first, again, fresh] = await tab.evaluate(async () => [
    await clerk.session.getToken(),
    await clerk.session.getToken(),
    await clerk.session.getToken({ skipCache: true }),
  ]);
  assert.equal(again, first);
  assert.notEqual(claims(fresh).jti, claims(first).jti);
  assert.deepEqual([claims(first).sid, claims(fresh).sid], [sessionId, sessionId]);
  assert.equal(claims(fresh).exp - claims(fresh).iat, 60);
});

journey('a page that stays open refreshes its token before it expires', async ({ visitor, mail }) => {
  const tab = await visitor.openBlank();
  await tab.clock.install();
  await tab.goto('/');
  await loaded(tab);
  await signUp(tab, mail);
  const first = await tab.evaluate(() => clerk.session.getToken());

  const minted = tab.waitForResponse(answer => answer.url().includes('/tokens'));
  await tab.clock.fastForward('00:50');
  assert.equal((await minted).status(), 200);
  await tab.waitForFunction(first => document.cookie.includes('__session=') && !document.cookie.includes(first), first);

  const second = await tab.evaluate(() => clerk.session.getToken());
  assert.notEqual(claims(second).jti, claims(first).jti);
});

journey('a signed-in page changes the name and the metadata of its user', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  await signUp(tab, mail, { firstName: 'Ada', unsafeMetadata: { theme: 'dark', beta: true } });

  await tab.evaluate(async () => {
    await clerk.user.update({ firstName: 'Augusta', lastName: 'King' });
    await clerk.user.update({ unsafeMetadata: { theme: 'light', pageSize: 20 } });
  });
  await tab.reload();
  await loaded(tab);
  const user = await tab.evaluate(() => ({ fullName: clerk.user.fullName, unsafeMetadata: clerk.user.unsafeMetadata }));
  assert.deepEqual(user, { fullName: 'Augusta King', unsafeMetadata: { theme: 'light', pageSize: 20 } });
});
