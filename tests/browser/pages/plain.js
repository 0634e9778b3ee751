// A page without a framework. What journeys use of it:
//   clerk       the client, loaded
//   future      the current sign-up and sign-in as the signal API has them, with their errors
//   codes(…)    the codes of the errors that a refused call threw or returned

import { Clerk } from '@clerk/clerk-js';

const { publishableKey, proxyUrl } = globalThis.instance;

globalThis.clerk = new Clerk(publishableKey, { proxyUrl });

globalThis.future = {
  get signUp() {
    return clerk.__internal_state.signUpSignal().signUp;
  },
  get signUpErrors() {
    return clerk.__internal_state.signUpSignal().errors;
  },
  get signIn() {
    return clerk.__internal_state.signInSignal().signIn;
  },
  get signInErrors() {
    return clerk.__internal_state.signInSignal().errors;
  },
};

globalThis.codes = async call => {
  const error = await call.then(
    result => result?.error,
    thrown => thrown,
  );
  if (error && !error.errors) throw error;
  return error?.errors.map(({ code }) => code) ?? [];
};

// The page's own routing, as an application with a router has it: without a reload.
const go = to => history.pushState(null, '', to);
clerk.load({ routerPush: go, routerReplace: go });
