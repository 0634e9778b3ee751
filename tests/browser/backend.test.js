import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';

import { verifyToken } from '@clerk/backend';

import { later } from './harness/clock.js';
import { journeys } from './harness/journey.js';
import { signOut, signUp } from './harness/people.js';
import { backEndClient } from './harness/site.js';

const journey = journeys();

/** The application's own answer to a fetch from its page. */
const whoAmI = (tab, headers = {}) =>
  tab.evaluate(async headers => (await fetch('/api/session', { headers })).json(), headers);

journey('verifyToken accepts a token by the secret key and by the public key', async ({ visitor, mail, server }) => {
  const tab = await visitor.open();
  const { userId, sessionId } = await signUp(tab, mail);
  const token = await tab.evaluate(() => clerk.session.getToken());

  const bySecret = await verifyToken(token, { secretKey: server.keys.secret_key, apiUrl: server.url });
  assert.deepEqual([bySecret.sub, bySecret.sid, bySecret.iss], [userId, sessionId, server.keys.issuer]);

  const { keys } = await (await fetch(server.keys.jwks_url)).json();
  const pem = createPublicKey({ key: keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  assert.equal((await verifyToken(token, { jwtKey: pem })).sub, userId);
});

journey('a fetch with the cookies of the page is signed in, and signed out afterwards', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  assert.equal((await whoAmI(tab)).status, 'signed-out');

  const { userId, sessionId } = await signUp(tab, mail);
  assert.deepEqual(await whoAmI(tab), { status: 'signed-in', reason: null, userId, sessionId });

  await signOut(tab);
  assert.deepEqual(await whoAmI(tab), {
    status: 'signed-out',
    reason: 'session-token-and-uat-missing',
    userId: null,
    sessionId: null,
  });
});

journey('a fetch with the token in its header is signed in', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  const { userId, sessionId } = await signUp(tab, mail);
  const token = await tab.evaluate(() => clerk.session.getToken());
  await visitor.loseCookies(/^__session/);

  assert.deepEqual(await whoAmI(tab, { authorization: `Bearer ${token}` }), {
    status: 'signed-in',
    reason: null,
    userId,
    sessionId,
  });
});

journey('a document is signed in without a handshake while its token is fresh', async ({ visitor, mail, server }) => {
  const tab = await visitor.open();
  const { userId } = await signUp(tab, mail);

  const handshakes = [];
  const handshake = `${server.url}/v1/client/handshake`;
  tab.on('request', request => request.url().startsWith(handshake) && handshakes.push(request.url()));
  await tab.goto('/account');
  assert.equal(await tab.textContent('main'), `Signed in as ${userId}`);
  assert.deepEqual(handshakes, []);
});

journey('a document without its session token gets one by the handshake', async ({ visitor, mail, site }) => {
  const tab = await visitor.open();
  const { userId } = await signUp(tab, mail);
  await tab.close();
  await visitor.loseCookies(/^__session/);

  const document = await visitor.openBlank();
  const answer = await document.goto('/account?from=mail');
  assert.equal(await document.textContent('main'), `Signed in as ${userId}`);
  assert.equal(document.url(), `${site.url}/account?from=mail`);

  const hops = [];
  for (let request = answer.request(); request; request = request.redirectedFrom()) hops.unshift(request);
  assert.deepEqual(
    hops.map(hop => new URL(hop.url()).pathname),
    ['/account', '/v1/client/handshake', '/account'],
  );
  assert.deepEqual(await Promise.all(hops.map(async hop => (await hop.response()).status())), [307, 307, 200]);

  const cookies = await visitor.cookies();
  assert.ok(cookies.__session, 'the handshake sets the session cookie');
  assert.equal(cookies.__clerk_handshake, undefined, 'and takes its own away');

  // Nothing is left to do for the next document, and the client package finds its session.
  const next = await document.goto('/account');
  assert.equal(next.request().redirectedFrom(), null);
  assert.equal(await document.textContent('main'), `Signed in as ${userId}`);
});

journey('a document with an expired token gets a fresh one by the handshake', async surroundings => {
  const { visitor, mail, server, site } = surroundings;
  const tab = await visitor.open();
  const { userId } = await signUp(tab, mail);
  await tab.close();

  const cookies = Object.entries(await visitor.cookies());
  const cookie = cookies.map(pair => pair.join('=')).join('; ');
  const request = new Request(`${site.url}/account`, { headers: { cookie, accept: 'text/html' } });
  const state = await later(90_000, () => backEndClient(server).authenticateRequest(request));
  assert.equal(state.status, 'handshake');
  assert.match(state.reason, /^session-token-expired/);

  const document = await visitor.openBlank();
  await document.goto(state.headers.get('location'));
  assert.equal(document.url(), `${site.url}/account`);
  assert.equal(await document.textContent('main'), `Signed in as ${userId}`);
});

journey('a document of somebody who signed out is signed out without a handshake', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  await signUp(tab, mail);
  await signOut(tab);

  await tab.goto('/account');
  assert.equal(await tab.textContent('main'), 'Signed out: session-token-and-uat-missing');
});
