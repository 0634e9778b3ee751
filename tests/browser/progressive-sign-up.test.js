import assert from 'node:assert/strict';

import { journeys } from './harness/journey.js';
import { PASSWORD, session } from './harness/people.js';

// With a required password there is something to supply after the address has been verified.
const journey = journeys({ settings: [{ table: 'attributes.password', key: 'required', value: 'true' }] });

journey('fields arrive one by one, the code in between, and the last one completes', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  const emailAddress = mail.newAddress();

  const steps = await tab.evaluate(async emailAddress => {
    const { signUp } = clerk.client;
    const seen = [];
    const note = () => seen.push([signUp.status, signUp.missingFields.toSorted(), signUp.unverifiedFields]);
    await signUp.create({});
    note();
    await signUp.update({ firstName: 'Ada', lastName: 'Byron' });
    note();
    await signUp.update({ emailAddress });
    note();
    await signUp.prepareEmailAddressVerification({ strategy: 'email_code' });
    await signUp.update({ username: `ada_${Date.now()}`, unsafeMetadata: { plan: { seatCount: 2 } } });
    note();
    return seen;
  }, emailAddress);
  const missing = 'missing_requirements';
  assert.deepEqual(steps, [
    [missing, ['email_address', 'password'], []],
    [missing, ['email_address', 'password'], []],
    [missing, ['password'], ['email_address']],
    [missing, ['password'], ['email_address']],
  ]);

  const verified = await tab.evaluate(async code => {
    const { signUp } = clerk.client;
    const { status, missingFields, unverifiedFields } = await signUp.attemptEmailAddressVerification({ code });
    return [status, missingFields, unverifiedFields];
  }, await mail.code(emailAddress));
  assert.deepEqual(verified, [missing, ['password'], []]);

  const user = await tab.evaluate(async password => {
    const { status, createdSessionId } = await clerk.client.signUp.update({ password });
    await clerk.setActive({ session: createdSessionId });
    const { fullName, unsafeMetadata, passwordEnabled } = clerk.user;
    return { status, fullName, unsafeMetadata, passwordEnabled };
  }, PASSWORD);
  assert.deepEqual(user, {
    status: 'complete',
    fullName: 'Ada Byron',
    unsafeMetadata: { plan: { seatCount: 2 } },
    passwordEnabled: true,
  });
});

journey('the signal API does the same, and a changed address has to be verified anew', async ({ visitor, mail }) => {
  const tab = await visitor.open();
  const [mistyped, emailAddress] = [mail.newAddress(), mail.newAddress()];

  await tab.evaluate(async mistyped => {
    await future.signUp.create({});
    await future.signUp.update({ emailAddress: mistyped });
    await future.signUp.verifications.sendEmailCode();
  }, mistyped);
  const verified = await tab.evaluate(
    async code => [
      await codes(future.signUp.verifications.verifyEmailCode({ code })),
      future.signUp.unverifiedFields,
      future.signUp.missingFields,
    ],
    await mail.code(mistyped),
  );
  assert.deepEqual(verified, [[], [], ['password']]);

  const changed = await tab.evaluate(
    async ({ emailAddress, password }) => [
      await codes(future.signUp.update({ emailAddress })),
      await codes(future.signUp.password({ password })),
      future.signUp.status,
      future.signUp.unverifiedFields,
      await codes(future.signUp.verifications.sendEmailCode()),
    ],
    { emailAddress, password: PASSWORD },
  );
  assert.deepEqual(changed, [[], [], 'missing_requirements', ['email_address'], []]);

  const done = await tab.evaluate(
    async code => [
      await codes(future.signUp.verifications.verifyEmailCode({ code })),
      await codes(future.signUp.finalize()),
      clerk.user.primaryEmailAddress.emailAddress,
    ],
    await mail.code(emailAddress),
  );
  assert.deepEqual(done, [[], [], emailAddress]);
  assert.ok((await session(tab)).sessionId);
});
