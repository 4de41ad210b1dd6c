// What an own phone holds for its person: answers that are not sent yet, drafts, and who was here last. The page loads this file with
// defer, and the worker carries it too, so that an answer goes out with no page open. An answer is forgotten only when the server names its id.
const Queue = (() => {
  // Only what writes something new makes the store: who reads, after all was cleared a moment ago, finds none and leaves none.
  const open = make => new Promise((ok, no) => {
    const asked = indexedDB.open('phone', 1);
    let none = false;
    asked.onupgradeneeded = () => {
      if (none = !make) return asked.transaction.abort();
      asked.result.createObjectStore('out', {keyPath: 'id'});
      asked.result.createObjectStore('draft', {keyPath: ['user', 'key']});
      asked.result.createObjectStore('who');
    };
    asked.onsuccess = () => ok(asked.result);
    asked.onerror = () => none ? ok(null) : no(asked.error);
  });
  const tx = async (store, mode, ask, make) => {
    const db = await open(make);
    if (!db) return undefined;
    try {
      return await new Promise((ok, no) => {
        const t = db.transaction(store, mode), asked = ask(t.objectStore(store));
        t.oncomplete = () => ok(asked.result);
        t.onerror = t.onabort = () => no(t.error);
      });
    } finally { db.close(); }
  };
  const get = id => tx('out', 'readonly', s => s.get(id));
  const remove = id => tx('out', 'readwrite', s => s.delete(id));
  // On a phone that keeps nothing not even an empty store is made.
  const exists = async () => !indexedDB.databases || (await indexedDB.databases()).some(one => one.name === 'phone');
  // Oldest first. Without a person: everybody's, to be counted and never shown.
  const all = async user => !await exists() ? [] : (await tx('out', 'readonly', s => s.getAll()) || []).filter(i => user === undefined || i.user === user).sort((a, b) => a.at - b.at);

  const draft = (user, key) => tx('draft', 'readonly', s => s.get([user, key]));
  const keepDraft = kept => tx('draft', 'readwrite', s => s.put(kept), true);
  const dropDraft = (user, key) => tx('draft', 'readwrite', s => s.delete([user, key]));

  const who = () => tx('who', 'readonly', s => s.get('who'));
  const setWho = user => tx('who', 'readwrite', s => s.put(user, 'who'), true);

  // Takes the place of the answer to the same form, but not of one that was on its way already: that one may have arrived.
  const add = item => tx('out', 'readwrite', s => {
    const asked = s.getAll();
    asked.onsuccess = () => {
      for (const old of asked.result) if (old.user === item.user && old.key === item.key && (old.refused || !old.tried)) s.delete(old.id);
      s.put(item);
    };
    return asked;
  }, true);
  // Gives the answer as it lay here, or nothing where it lies here no more: then nothing is written.
  const change = async (id, more) => await exists() && tx('out', 'readwrite', s => {
    const asked = s.get(id);
    asked.onsuccess = () => { if (asked.result) s.put({...asked.result, ...more}); };
    return asked;
  });

  const limit = ms => AbortSignal.timeout ? AbortSignal.timeout(ms) : undefined;
  const one = self.navigator.locks ? work => navigator.locks.request('out', work) : work => work();   // page and worker never at once

  // All of it goes, for whoever used this phone. A phone that was lost is told so by the answer to whatever it asks.
  const wipe = async () => {
    try { localStorage.clear(); sessionStorage.clear(); } catch { /* nothing is kept there, or the worker asks */ }
    // One by one, and none waits for another: a browser that knows the header clears at the same time, and its stores fail then.
    const ways = [
      async () => { for (const name of await caches.keys()) await caches.delete(name); },
      async () => { for (const one of self.registration ? [registration] : await navigator.serviceWorker.getRegistrations()) await one.unregister(); },
      () => new Promise(done => { const asked = indexedDB.deleteDatabase('phone'); asked.onsuccess = asked.onerror = asked.onblocked = done; }),
    ];
    await Promise.race([Promise.all(ways.map(way => way().catch(() => {}))), new Promise(done => setTimeout(done, 5000))]);
  };
  const lost = answer => answer && answer.status === 401 && answer.headers.has('Clear-Site-Data');

  // Sends what waits, in the order it was written. Gives [{id, state: sent | refused | offline | signed-out | lost, next, why}].
  const flush = () => one(async () => {
    const waiting = (await all()).filter(i => !i.refused), told = [];
    if (!waiting.length) return told;
    const said = await fetch('/token', {cache: 'no-store', redirect: 'error', signal: limit(20000)}).catch(() => null);
    if (lost(said)) { await wipe(); return [{state: 'lost'}]; }
    const me = said && said.ok ? await said.json().catch(() => null) : null;
    if (!me || !me.user) return [{state: me ? 'signed-out' : 'offline'}];
    for (const i of waiting) {
      if (i.user !== me.user || !await change(i.id, {tried: true})) continue;   // another one took its place, or all was cleared
      const body = new FormData();
      for (const [name, value] of i.fields) body.append(name, value);
      const answer = await fetch(i.url, {method: 'POST', body, redirect: 'error', signal: limit(60000), headers: {
        'X-CSRFToken': me.csrf, 'X-Request-Id': i.id, 'X-User': i.user, 'X-Written-At': new Date(i.at).toISOString()}}).catch(() => null);
      if (!answer || answer.status >= 500 || answer.status === 429) { told.push({id: i.id, state: 'offline'}); break; }
      if (answer.status === 401) { told.push({id: i.id, state: 'signed-out'}); break; }
      const said = await answer.json().catch(() => ({}));
      if (!await exists()) break;                        // cleared while it was on its way: nothing is written down any more
      if (answer.ok && answer.headers.get('X-Arrived') === i.id) {
        await remove(i.id);
        if (i.lent) await (await caches.open('u-' + i.user)).delete(i.page, {ignoreVary: true});
        const kept = await draft(i.user, i.key);
        if (kept && kept.at <= i.at) await dropDraft(i.user, i.key);
        told.push({id: i.id, state: 'sent', next: said.next});
      } else {
        const why = said.sentence || String(answer.status);
        await change(i.id, {refused: why});
        told.push({id: i.id, state: 'refused', why});
      }
    }
    return told;
  });

  // A page as it is kept: with the moment at which it was.
  const stamped = answer => {
    const headers = new Headers(answer.headers);
    headers.set('X-Kept-At', Date.now());
    return new Response(answer.body, {headers});
  };

  // A page lent for a time: it is over by this phone's own clock, however wrong that goes.
  const ended = page => page.headers.has('X-Keep-For') && Date.now() > Number(page.headers.get('X-Kept-At')) + 1000 * page.headers.get('X-Keep-For');
  // What a kept page needs beside itself, by its text; not what its script loads for a mouse alone.
  const parts = text => [...new Set([...text.matchAll(
    /(?:src|href)="(\/static\/[\w/.-]+\.(?:js|css)\?v=\w+)|(\/media\/[0-9a-f]{64}|\/work\/tasks\/\d+\/picture)/g)].map(found => found[1] || found[2]))];

  return {wipe, lost, ended, parts, stamped, exists, add, all, get, remove, flush, draft, keepDraft, dropDraft, who, setWho};
})();
