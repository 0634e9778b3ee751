import assert from 'node:assert/strict';

import { journeys } from './harness/journey.js';
import { account, PASSWORD, session } from './harness/people.js';

const journey = journeys();

journey('a password signs in', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  const { userId, address } = await account(tab, mail);

  const status = await tab.evaluate(
    async credentials => {
      const { status, createdSessionId } = await clerk.client.signIn.create({ strategy: 'password', ...credentials });
      await clerk.setActive({ session: createdSessionId });
      return status;
    },
    { identifier: address, password: PASSWORD },
  );
  assert.equal(status, 'complete');
  assert.equal((await session(tab)).userId, userId);
});

journey('a password signs in after the identifier', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  const { userId, address } = await account(tab, mail);

  const seen = await tab.evaluate(
    async ({ identifier, password }) => {
      const { signIn } = clerk.client;
      await signIn.create({ identifier });
      const strategies = signIn.supportedFirstFactors.map(({ strategy }) => strategy).toSorted();
      const before = { status: signIn.status, strategies };
      const { status, createdSessionId } = await signIn.attemptFirstFactor({ strategy: 'password', password });
      await clerk.setActive({ session: createdSessionId });
      return { before, status };
    },
    { identifier: address, password: PASSWORD },
  );
  assert.deepEqual(seen, {
    before: { status: 'needs_first_factor', strategies: ['email_code', 'password', 'reset_password_email_code'] },
    status: 'complete',
  });
  assert.equal((await session(tab)).userId, userId);
});

journey('a code signs in', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  const { userId, address } = await account(tab, mail);

  await tab.evaluate(async identifier => {
    const { signIn } = clerk.client;
    await signIn.create({ identifier });
    const factor = signIn.supportedFirstFactors.find(({ strategy }) => strategy === 'email_code');
    await signIn.prepareFirstFactor({ strategy: 'email_code', emailAddressId: factor.emailAddressId });
  }, address);
  const status = await tab.evaluate(async code => {
    const { status, createdSessionId } = await clerk.client.signIn.attemptFirstFactor({ strategy: 'email_code', code });
    await clerk.setActive({ session: createdSessionId });
    return status;
  }, await mail.code(address));
  assert.equal(status, 'complete');
  assert.equal((await session(tab)).userId, userId);
});

journey('the signal API signs in by password, after a wrong one', async ({ visitor, mail }) => {
  visitor.journal.expectRefusals('422 form_password_incorrect');
  const tab = await visitor.open();
  const { userId, address } = await account(tab, mail);

  const seen = await tab.evaluate(
    async ({ identifier, password }) => [
      await codes(future.signIn.password({ identifier, password: `not ${password}` })),
      future.signInErrors.fields.password?.code,
      await codes(future.signIn.password({ identifier, password })),
      future.signIn.status,
      await codes(future.signIn.finalize()),
    ],
    { identifier: address, password: PASSWORD },
  );
  assert.deepEqual(seen, [['form_password_incorrect'], 'form_password_incorrect', [], 'complete', []]);
  assert.equal((await session(tab)).userId, userId);
});

journey('the signal API signs in by code, after a wrong one', async ({ visitor, mail }) => {
  visitor.journal.expectRefusals('422 form_code_incorrect');
  const tab = await visitor.open();
  const { userId, address } = await account(tab, mail);

  const sent = await tab.evaluate(
    async identifier => [
      await codes(future.signIn.create({ identifier })),
      await codes(future.signIn.emailCode.sendCode({ emailAddress: identifier })),
      future.signIn.status,
    ],
    address,
  );
  assert.deepEqual(sent, [[], [], 'needs_first_factor']);

  const seen = await tab.evaluate(
    async ({ wrong, right }) => [
      await codes(future.signIn.emailCode.verifyCode({ code: wrong })),
      future.signInErrors.fields.code?.code,
      await codes(future.signIn.emailCode.verifyCode({ code: right })),
      future.signIn.status,
      await codes(future.signIn.finalize()),
    ],
    { wrong: await mail.wrongCode(address), right: await mail.code(address) },
  );
  assert.deepEqual(seen, [['form_code_incorrect'], 'form_code_incorrect', [], 'complete', []]);
  assert.equal((await session(tab)).userId, userId);
});

journey('a username and a password sign in', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  const username = `ada_${Date.now()}`;
  const { userId } = await account(tab, mail, { username });

  const seen = await tab.evaluate(
    async credentials => [await codes(future.signIn.password(credentials)), await codes(future.signIn.finalize())],
    { identifier: username, password: PASSWORD },
  );
  assert.deepEqual(seen, [[], []]);
  assert.equal((await session(tab)).userId, userId);
});

journey('an identifier that nobody has is refused at its own field', async ({ visitor, mail }) => {
  visitor.journal.expectRefusals('422 form_identifier_not_found');
  const tab = await visitor.open();

  const seen = await tab.evaluate(
    async identifier => [
      await codes(future.signIn.create({ identifier })),
      future.signInErrors.fields.identifier?.code,
    ],
    mail.newAddress(),
  );
  assert.deepEqual(seen, [['form_identifier_not_found'], 'form_identifier_not_found']);
});

journey('a second sign-in is refused while one session a browser is the rule', async ({ visitor, mail }) => {
  visitor.journal.expectRefusals('400 session_exists');
  const tab = await visitor.open();
  const { address } = await account(tab, mail);

  const seen = await tab.evaluate(
    async credentials => [
      await codes(future.signIn.password(credentials)),
      await codes(future.signIn.finalize()),
      await codes(clerk.client.signIn.create({ strategy: 'password', ...credentials })),
    ],
    { identifier: address, password: PASSWORD },
  );
  assert.deepEqual(seen, [[], [], ['session_exists']]);
});
