// A page with React: both flows by the hooks, as an application with forms of its own writes them.

import { Clerk } from '@clerk/clerk-js';
import { ClerkProvider, useAuth, useClerk, useSignIn, useSignUp, useUser } from '@clerk/react';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

const { publishableKey, proxyUrl } = globalThis.instance;

createRoot(document.getElementById('root')).render(
  <ClerkProvider publishableKey={publishableKey} proxyUrl={proxyUrl} Clerk={Clerk} prefetchUI={false}>
    <Application />
  </ClerkProvider>,
);

function Application() {
  const { isLoaded, isSignedIn } = useAuth();
  const [wants, setWants] = useState('sign-up');
  globalThis.clerk = useClerk();
  if (!isLoaded) return <p>Loading</p>;
  if (isSignedIn) return <Account />;
  return (
    <>
      <button onClick={() => setWants('sign-up')}>I am new here</button>
      <button onClick={() => setWants('sign-in')}>I have an account</button>
      {wants === 'sign-up' ? <SignUp /> : <SignIn />}
    </>
  );
}

function SignUp() {
  const { signUp, errors, fetchStatus } = useSignUp();

  const start = async form => {
    const { error } = await signUp.password(form);
    if (!error) await signUp.verifications.sendEmailCode();
  };
  const verify = async ({ code }) => {
    const { error } = await signUp.verifications.verifyEmailCode({ code });
    if (!error && signUp.status === 'complete') await signUp.finalize();
  };

  if (signUp.unverifiedFields.includes('email_address')) {
    return (
      <Form title="Verify your address" send={verify} busy={fetchStatus === 'fetching'}>
        <Field label="Code" name="code" error={errors.fields.code} />
      </Form>
    );
  }
  return (
    <Form title="Sign up" send={start} busy={fetchStatus === 'fetching'}>
      <Field label="E-mail address" name="emailAddress" error={errors.fields.emailAddress} />
      <Field label="Password" name="password" type="password" error={errors.fields.password} />
    </Form>
  );
}

function SignIn() {
  const { signIn, errors, fetchStatus } = useSignIn();
  const [byCode, setByCode] = useState(false);

  const withPassword = async ({ identifier, password }) => {
    const { error } = await signIn.password({ identifier, password });
    if (!error && signIn.status === 'complete') await signIn.finalize();
  };
  const sendCode = async ({ identifier }) => {
    const { error } = await signIn.create({ identifier });
    if (!error) await signIn.emailCode.sendCode();
  };
  const verify = async ({ code }) => {
    const { error } = await signIn.emailCode.verifyCode({ code });
    if (!error && signIn.status === 'complete') await signIn.finalize();
  };

  const busy = fetchStatus === 'fetching';
  if (signIn.firstFactorVerification.strategy === 'email_code') {
    return (
      <Form title="Enter your code" send={verify} busy={busy}>
        <Field label="Code" name="code" error={errors.fields.code} />
      </Form>
    );
  }
  return (
    <>
      <label>
        <input type="checkbox" checked={byCode} onChange={event => setByCode(event.target.checked)} />
        Send me a code instead
      </label>
      <Form title="Sign in" send={byCode ? sendCode : withPassword} busy={busy}>
        <Field label="E-mail address" name="identifier" error={errors.fields.identifier} />
        {!byCode && <Field label="Password" name="password" type="password" error={errors.fields.password} />}
      </Form>
    </>
  );
}

function Account() {
  const { user } = useUser();
  const { signOut } = useClerk();
  return (
    <main>
      <img src={user.imageUrl} alt="" width="48" height="48" />
      <p>Hello, {user.primaryEmailAddress.emailAddress}</p>
      <button onClick={() => signOut({ redirectUrl: '/react' })}>Sign out</button>
    </main>
  );
}

function Form({ title, send, busy, children }) {
  const submit = event => {
    event.preventDefault();
    return send(Object.fromEntries(new FormData(event.target)));
  };
  return (
    <form onSubmit={submit} aria-label={title}>
      {children}
      <button disabled={busy}>{title}</button>
    </form>
  );
}

function Field({ label, name, type = 'text', error }) {
  return (
    <label>
      {label} <input name={name} type={type} />
      {error && <em role="alert">{error.longMessage}</em>}
    </label>
  );
}
