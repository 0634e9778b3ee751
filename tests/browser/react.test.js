import assert from 'node:assert/strict';

import { loaded } from './harness/browser.js';
import { journeys } from './harness/journey.js';
import { account, PASSWORD, session } from './harness/people.js';

const journey = journeys();

const field = (tab, name) => tab.getByRole('textbox', { name });
const press = (tab, name) => tab.getByRole('button', { name, exact: true }).click();
const greets = (tab, address) => tab.getByText(`Hello, ${address}`).waitFor();

journey('the hooks sign a person up, after a wrong code', async ({ visitor, mail }) => {
  visitor.journal.expectRefusals('422 form_code_incorrect');
  const tab = await visitor.open('/react');
  const address = mail.newAddress();

  await field(tab, 'E-mail address').fill(address);
  await tab.getByLabel('Password').fill(PASSWORD);
  await press(tab, 'Sign up');

  await tab.getByRole('button', { name: 'Verify your address', disabled: false }).waitFor();
  await field(tab, 'Code').fill(await mail.wrongCode(address));
  await press(tab, 'Verify your address');
  await tab.getByRole('alert').waitFor();

  await field(tab, 'Code').fill(await mail.code(address));
  await press(tab, 'Verify your address');
  await greets(tab, address);

  await tab.reload();
  await greets(tab, address);
});

journey('the hooks sign a person in by password, after a wrong one, and out', async ({ visitor, mail }) => {
  visitor.journal.expectRefusals('422 form_password_incorrect');
  const { address } = await account(await visitor.open(), mail);
  const tab = await visitor.open('/react');

  await press(tab, 'I have an account');
  await field(tab, 'E-mail address').fill(address);
  await tab.getByLabel('Password').fill(`not ${PASSWORD}`);
  await press(tab, 'Sign in');
  await tab.getByRole('alert').waitFor();

  await tab.getByLabel('Password').fill(PASSWORD);
  await press(tab, 'Sign in');
  await greets(tab, address);

  await press(tab, 'Sign out');
  await tab.getByRole('button', { name: 'I have an account' }).waitFor();
  await loaded(tab);
  assert.deepEqual(await session(tab), { userId: null, sessionId: null });
});

journey('the hooks sign a person in by code', async ({ visitor, mail }) => {
  const { address } = await account(await visitor.open(), mail);
  const tab = await visitor.open('/react');

  await press(tab, 'I have an account');
  await tab.getByLabel('Send me a code instead').check();
  await field(tab, 'E-mail address').fill(address);
  await press(tab, 'Sign in');

  await tab.getByRole('button', { name: 'Enter your code', disabled: false }).waitFor();
  await field(tab, 'Code').fill(await mail.code(address));
  await press(tab, 'Enter your code');
  await greets(tab, address);
});
