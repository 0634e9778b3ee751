import assert from 'node:assert/strict';

import { journeys } from './harness/journey.js';
import { account, PASSWORD, session, signOut } from './harness/people.js';

const journey = journeys();

const NEW_PASSWORD = 'twelve boats, all of them blue';

journey('a forgotten password is reset, and the person signed in', async ({ visitor, mail }) => {
  visitor.journal.expectRefusals('422 form_password_incorrect');
  const tab = await visitor.open();
  const { userId, address } = await account(tab, mail);

  await tab.evaluate(async identifier => {
    const { signIn } = clerk.client;
    await signIn.create({ identifier });
    const strategy = 'reset_password_email_code';
    const factor = signIn.supportedFirstFactors.find(factor => factor.strategy === strategy);
    await signIn.prepareFirstFactor({ strategy, emailAddressId: factor.emailAddressId });
  }, address);
  const statuses = await tab.evaluate(
    async ({ code, password }) => {
      const { signIn } = clerk.client;
      await signIn.attemptFirstFactor({ strategy: 'reset_password_email_code', code });
      const verified = signIn.status;
      const { status, createdSessionId } = await signIn.resetPassword({ password });
      await clerk.setActive({ session: createdSessionId });
      return [verified, status];
    },
    { code: await mail.code(address), password: NEW_PASSWORD },
  );
  assert.deepEqual(statuses, ['needs_new_password', 'complete']);
  assert.equal((await session(tab)).userId, userId);

  await signOut(tab);
  const afterwards = await tab.evaluate(
    async ({ identifier, old, password }) => [
      await codes(future.signIn.password({ identifier, password: old })),
      await codes(future.signIn.password({ identifier, password })),
      await codes(future.signIn.finalize()),
    ],
    { identifier: address, old: PASSWORD, password: NEW_PASSWORD },
  );
  assert.deepEqual(afterwards, [['form_password_incorrect'], [], []]);
});

journey('a reset by the signal API ends the sessions in other browsers', async ({ visitor, newVisitor, mail }) => {
  const tab = await visitor.open();
  const { userId, address } = await account(tab, mail);

  const elsewhere = await newVisitor();
  elsewhere.journal.expectRefusals('401 authentication_invalid');
  const elsewhereTab = await elsewhere.open();
  await elsewhereTab.evaluate(
    async credentials => {
      await future.signIn.password(credentials);
      await future.signIn.finalize();
    },
    { identifier: address, password: PASSWORD },
  );
  assert.equal((await session(elsewhereTab)).userId, userId);

  const sent = await tab.evaluate(
    async identifier => [
      await codes(future.signIn.create({ identifier })),
      await codes(future.signIn.resetPasswordEmailCode.sendCode()),
    ],
    address,
  );
  assert.deepEqual(sent, [[], []]);
  const reset = await tab.evaluate(
    async ({ code, password }) => [
      await codes(future.signIn.resetPasswordEmailCode.verifyCode({ code })),
      future.signIn.status,
      await codes(future.signIn.resetPasswordEmailCode.submitPassword({ password })),
      future.signIn.status,
      await codes(future.signIn.finalize()),
    ],
    { code: await mail.code(address), password: NEW_PASSWORD },
  );
  assert.deepEqual(reset, [[], 'needs_new_password', [], 'complete', []]);
  assert.equal((await session(tab)).userId, userId);

  await elsewhereTab.evaluate(() => codes(clerk.session.getToken({ skipCache: true })));
  await elsewhereTab.waitForFunction(() => clerk.session === null);
});
