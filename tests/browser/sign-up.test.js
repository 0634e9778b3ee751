import assert from 'node:assert/strict';

import { loaded } from './harness/browser.js';
import { journeys } from './harness/journey.js';
import { claims, PASSWORD, session, signUp } from './harness/people.js';

const journey = journeys();

journey('a code and a password make an account', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  const address = mail.newAddress();

  const begun = await tab.evaluate(
    async ({ emailAddress, password }) => {
      const { signUp } = clerk.client;
      await signUp.create({ emailAddress, password, firstName: 'Ada' });
      const { status, missingFields, unverifiedFields, hasPassword } = signUp;
      await signUp.prepareEmailAddressVerification({ strategy: 'email_code' });
      return { status, missingFields, unverifiedFields, hasPassword };
    },
    { emailAddress: address, password: PASSWORD },
  );
  assert.deepEqual(begun, {
    status: 'missing_requirements',
    missingFields: [],
    unverifiedFields: ['email_address'],
    hasPassword: true,
  });

  const message = await mail.newest(address);
  assert.equal(message.channel, 'email');
  assert.match(message.subject, new RegExp(`${message.code}.*verification code`));
  assert.ok(message.text.includes(message.code) && message.html.includes(message.code));

  const user = await tab.evaluate(async code => {
    const { status, createdSessionId } = await clerk.client.signUp.attemptEmailAddressVerification({ code });
    await clerk.setActive({ session: createdSessionId });
    const { firstName, passwordEnabled, primaryEmailAddress } = clerk.user;
    const { emailAddress, verification } = primaryEmailAddress;
    return { status, firstName, passwordEnabled, emailAddress, verification: verification.status };
  }, message.code);
  assert.deepEqual(user, {
    status: 'complete',
    firstName: 'Ada',
    passwordEnabled: true,
    emailAddress: address,
    verification: 'verified',
  });
});

journey('the signal API makes an account, whose token names it', async ({ visitor, mail, server, site }) => {
  const tab = await visitor.open();
  const emailAddress = mail.newAddress();

  const sent = await tab.evaluate(
    async fields => [
      await codes(future.signUp.password(fields)),
      await codes(future.signUp.verifications.sendEmailCode()),
      future.signUp.status,
    ],
    { emailAddress, password: PASSWORD },
  );
  assert.deepEqual(sent, [[], [], 'missing_requirements']);

  const done = await tab.evaluate(
    async code => [
      await codes(future.signUp.verifications.verifyEmailCode({ code })),
      future.signUp.status,
      await codes(future.signUp.finalize()),
    ],
    await mail.code(emailAddress),
  );
  assert.deepEqual(done, [[], 'complete', []]);

  const { userId, sessionId } = await session(tab);
  const { sub, sid, iss, azp, v, sts, fva } = claims(await tab.evaluate(() => clerk.session.getToken()));
  assert.deepEqual(
    { sub, sid, iss, azp, v, sts, fva },
    { sub: userId, sid: sessionId, iss: server.keys.issuer, azp: site.url, v: 2, sts: 'active', fva: [0, -1] },
  );
});

journey('a wrong code is counted and refused, and the right one then accepted', async ({ visitor, mail }) => {
  visitor.journal.expectRefusals('422 form_code_incorrect');
  const tab = await visitor.open();
  const emailAddress = mail.newAddress();
  await tab.evaluate(async emailAddress => {
    await future.signUp.create({ emailAddress });
    await future.signUp.verifications.sendEmailCode();
  }, emailAddress);

  const refused = await tab.evaluate(
    async code => ({
      codes: await codes(future.signUp.verifications.verifyEmailCode({ code })),
      field: future.signUpErrors.fields.code?.code,
      attempts: clerk.client.signUp.verifications.emailAddress.attempts,
      status: future.signUp.status,
    }),
    await mail.wrongCode(emailAddress),
  );
  assert.deepEqual(refused, {
    codes: ['form_code_incorrect'],
    field: 'form_code_incorrect',
    attempts: 1,
    status: 'missing_requirements',
  });

  const accepted = await tab.evaluate(
    async code => [
      await codes(future.signUp.verifications.verifyEmailCode({ code })),
      future.signUp.status,
      await codes(future.signUp.finalize()),
    ],
    await mail.code(emailAddress),
  );
  assert.deepEqual(accepted, [[], 'complete', []]);
  assert.ok((await session(tab)).userId);
});

journey('a reload in the middle of a sign-up loses nothing', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  const emailAddress = mail.newAddress();
  const id = await tab.evaluate(async emailAddress => {
    const { signUp } = clerk.client;
    await signUp.create({ emailAddress });
    await signUp.prepareEmailAddressVerification({ strategy: 'email_code' });
    return signUp.id;
  }, emailAddress);

  await tab.reload();
  await loaded(tab);

  const after = await tab.evaluate(async code => {
    const { id } = clerk.client.signUp;
    const { status } = await clerk.client.signUp.attemptEmailAddressVerification({ code });
    return { id, status };
  }, await mail.code(emailAddress));
  assert.deepEqual(after, { id, status: 'complete' });
});

journey('an address that has an account is refused at its own field', async ({ visitor, newVisitor, mail }) => {
  const { address } = await signUp(await visitor.open(), mail);

  const other = await newVisitor();
  other.journal.expectRefusals('422 form_identifier_exists');
  const refused = await (await other.open()).evaluate(
    async emailAddress => ({
      codes: await codes(future.signUp.create({ emailAddress })),
      field: future.signUpErrors.fields.emailAddress?.code,
    }),
    address,
  );
  assert.deepEqual(refused, { codes: ['form_identifier_exists'], field: 'form_identifier_exists' });
});
