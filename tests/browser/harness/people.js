// What most journeys begin with: somebody who has an account.

import assert from 'node:assert/strict';

export const PASSWORD = 'a long walk along the quay';

/** Signs a new person up in `tab`, by code, and leaves them signed in. */
export async function signUp(tab, mail, fields = {}) {
  const address = mail.newAddress();
  await tab.evaluate(
    async ({ address, fields }) => {
      await clerk.client.signUp.create({ emailAddress: address, ...fields });
      await clerk.client.signUp.prepareEmailAddressVerification({ strategy: 'email_code' });
    },
    { address, fields: { password: PASSWORD, ...fields } },
  );
  const person = await tab.evaluate(async code => {
    const signUp = await clerk.client.signUp.attemptEmailAddressVerification({ code });
    await clerk.setActive({ session: signUp.createdSessionId });
    return { userId: signUp.createdUserId, sessionId: signUp.createdSessionId };
  }, await mail.code(address));
  assert.equal((await session(tab)).sessionId, person.sessionId);
  return { ...person, address };
}

/** Signs a new person up in `tab`, and out again. */
export async function account(tab, mail, fields = {}) {
  const person = await signUp(tab, mail, fields);
  await signOut(tab);
  return person;
}

/** Signs everybody out in `tab`. */
export async function signOut(tab) {
  await tab.evaluate(() => clerk.signOut({ redirectUrl: '/#signed-out' }));
  assert.deepEqual(await session(tab), { userId: null, sessionId: null });
}

/** Who the client package in `tab` takes for signed in. */
export async function session(tab) {
  return tab.evaluate(() => ({ userId: clerk.user?.id ?? null, sessionId: clerk.session?.id ?? null }));
}

/** The claims of a session token, unverified. */
export function claims(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
}
