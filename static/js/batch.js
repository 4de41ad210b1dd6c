// A batch of items on an own phone. While their lease runs, their pages lie here: with no network she goes on to the next item, and her
// answers wait in the queue. What waits is final, as what is sent: a second answer to an item that may have arrived would be lost.
(() => {
  const form = document.querySelector('form[data-bench]'), bench = form && form.bench;
  if (!bench || !self.Phone) return;
  const {owner, kept, words, after, again, id, cacheOf, drop} = Phone, url = new URL(form.action).pathname, here = location.pathname;
  const ahead = bench.task.ahead;

  const waiting = async () => (await Queue.all(owner)).filter(i => i.url === url).pop();
  // The first item that lies here, whose lease runs and whose answer does not wait already.
  const next = async () => {
    const cache = await cacheOf(owner), answered = new Set((await Queue.all(owner)).map(i => i.page));
    for (const page of ahead) {
      const hit = answered.has(page) ? null : await cache.match(page, {ignoreVary: true});
      if (hit && !Queue.ended(hit)) return page;
    }
    return null;
  };
  const onward = async () => { const page = await next(); if (page) location.assign(page); };
  // What became of it while this page stands.
  const told = item => {
    if (item.state === 'sent') location.assign(item.next || location.href);
    if (item.state !== 'refused') return;
    form.elements.client_op_id.value = id();
    bench.trouble(item.why);
  };

  Object.assign(Phone, {
    // Whether the answer to this item waits here. Then it is tried again, and no other one is made.
    async waits() {
      const item = await waiting();
      if (!item || item.refused) return '';
      again();
      await onward();
      return words.queued;
    },
    // An answer that did not go is the queue's, under the id it was tried with. Gives the sentence to show, where she cannot go on.
    async keep(op) {
      await Queue.add({
        id: op, user: owner, url, key: url, page: here, lent: true, title: document.title, at: Date.now(), tried: true, text: '',
        fields: [...new FormData(form)].filter(([name]) => name !== 'csrf_token'),
      });
      after[op] = told;
      bench.draft.forget();
      navigator.serviceWorker.ready.then(r => r.sync && r.sync.register('out')).catch(() => {});
      again();
      await onward();
      return words.queued;
    },
    // What the server has of a drawing: the page that lies here is older.
    drawn: (parts, version) => Queue.keepDraft({user: owner, key: url, parts, version, at: Date.now()}),
    // The answer has arrived, or the item is given back.
    async done() {
      await Queue.dropDraft(owner, url);
      await drop([here]);
    },
  });

  const begin = async () => {
    const item = await waiting(), draft = kept && await Queue.draft(owner, url);
    if (item) {
      after[item.id] = told;
      bench.restore(JSON.parse(item.fields.find(([name]) => name === 'payload')[1]));
      bench.trouble(item.refused || words.queued);
    } else if (draft && !bench.draft.found()) {
      bench.restore(draft.parts);
      bench.draft.version = draft.version;
    }
    // Each opening of a kept page is a sending of its own; so is what follows a refusal.
    if (kept || item) form.elements.client_op_id.value = id();
  };
  begin().catch(() => {});

  const skip = document.querySelector('form[action$="/skip"]');
  if (skip) skip.addEventListener('submit', () => { if (navigator.onLine) Phone.done().catch(() => {}); });

  const line = navigator.connection || {};
  if (!kept && !line.saveData) addEventListener('load', async () => {
    const ready = await navigator.serviceWorker.ready, cache = await cacheOf(owner), keep = [];
    for (const page of ahead) if (!await cache.match(page, {ignoreVary: true})) keep.push(page);
    if (keep.length && ready.active) ready.active.postMessage({keep});
  });
})();
