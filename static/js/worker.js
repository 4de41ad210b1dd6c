// The worker of an own phone; SHELL and Queue stand before it (/sw.js). It keeps the shell for everybody, and a page marked
// "X-Offline: keep" for the person whom the page itself names. Who is not named by the last page from the server is shown nothing.
const PAGE_LIMIT = 8000;
const cacheOf = user => caches.open('u-' + user);
const mine = async () => { const user = await Queue.exists() && await Queue.who(); return user ? cacheOf(user) : null; };

addEventListener('install', event => event.waitUntil(
  caches.open(SHELL.name).then(cache => cache.addAll(SHELL.files)).then(() => skipWaiting())));

addEventListener('activate', event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('shell-') && name !== SHELL.name) await caches.delete(name);   // never a saved lesson
  if (registration.navigationPreload) await registration.navigationPreload.enable();
  await clients.claim();
})()));

addEventListener('fetch', event => {
  const {request} = event, url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(event, url));
  else if (url.pathname.startsWith('/static/') || url.pathname === '/phone.js') event.respondWith(caches.match(request, {ignoreVary: true}).then(hit => hit || fetch(request)));
  else if (/^\/media\/|^\/work\/tasks\/\d+\/picture$/.test(url.pathname)) event.respondWith(picture(request, url));
});

addEventListener('sync', event => {
  if (event.tag !== 'out') return;
  event.waitUntil(Queue.flush().then(told => { if (told.some(i => i.state === 'offline')) throw new Error('not sent yet'); }));   // asks to be called again
});

// A page asks for others to be kept: what comes next in a quiz, the items of a batch, and itself where it came before the worker.
addEventListener('message', event => event.waitUntil((async () => {
  for (const url of event.data.keep || []) {
    const answer = await fetch(url).catch(() => null);
    if (answer) await note(new URL(url, location), answer).catch(() => { /* no room, or the network went */ });
  }
})()));

async function page(event, url) {
  try {
    const late = new Promise((_ok, no) => setTimeout(no, PAGE_LIMIT));
    const answer = await Promise.race([event.preloadResponse.then(got => got || fetch(event.request)), late]);
    if (answer.status >= 502 && answer.status <= 504) throw answer;
    if (Queue.lost(answer)) await Queue.wipe();
    event.waitUntil(note(url, answer.clone()));
    return answer;
  } catch {
    const cache = await mine(), hit = cache && await cache.match(url.pathname, {ignoreVary: true});
    return hit && !Queue.ended(hit) ? aged(hit) : await caches.match('/offline', {ignoreVary: true}) || Response.error();
  }
}

// Whose phone it is comes with each page; a page without a name (signed out, a shared phone) leaves nobody.
async function note(url, answer) {
  if (answer.type === 'opaqueredirect' || answer.redirected || !/^text\/html/.test(answer.headers.get('Content-Type') || '')) return;
  const user = answer.headers.get('X-User') || '';
  if (!await caches.has(SHELL.name) || !user && !await Queue.exists()) return;   // its shell is gone: all was cleared, and what still comes is not kept
  if (await Queue.who() !== user) await Queue.setWho(user);
  if (!user || !answer.ok) return;
  const cache = await cacheOf(user), known = await cache.match(url.pathname, {ignoreVary: true});
  if (answer.headers.get('X-Offline') !== 'keep') return known && cache.delete(url.pathname, {ignoreVary: true});   // it was sent, or its time is over
  // An item to work on needs its picture and tools as well. The page goes in first: what no page needs may be swept away at any time.
  const parts = answer.headers.has('X-Keep-For') ? Queue.parts(await answer.clone().text()) : [];
  await cache.put(url.pathname, Queue.stamped(answer));
  try {
    for (const part of parts) if (!await caches.match(part, {ignoreVary: true})) await cache.add(part);
  } catch (no) {
    await cache.delete(url.pathname, {ignoreVary: true});
    throw no;
  }
}

// A kept page says since when it lies here; its script makes a sentence of it.
async function aged(hit) {
  const headers = new Headers(hit.headers);
  headers.delete('Content-Encoding');
  headers.delete('Content-Length');
  const text = await hit.text();
  return new Response(text.replace('<html ', `<html data-kept="${hit.headers.get('X-Kept-At')}" `), {headers});
}

async function picture(request, url) {
  const cache = await mine(), hit = cache && await cache.match(request, {ignoreVary: true});
  if (hit) return hit;
  const answer = await fetch(request);
  if (cache && answer.ok && url.pathname.startsWith('/media/')) await cache.put(request, answer.clone()).catch(() => { /* no room: it is shown all the same */ });
  return answer;
}
