// The pages of an own phone: answers go through the queue, drafts stay here, weeks are saved, and all of it goes when asked.
// Without this file every form is a plain form. WORDS and Queue stand before it (/phone.js).
(() => {
  const PATIENCE = 8000, doc = document, root = doc.documentElement, bar = doc.getElementById('phone-bar');
  if (bar && 'lost' in bar.dataset) Queue.wipe().catch(() => {});
  if (!bar || 'lost' in bar.dataset || !('serviceWorker' in navigator) || !self.indexedDB || !self.caches) return;
  const words = WORDS, owner = bar.dataset.user, kept = root.dataset.kept !== undefined;
  const plural = new Intl.PluralRules(root.lang), cacheOf = user => caches.open('u-' + user);
  const digits = text => String(text).replace(/\d/g, digit => words.digits[digit]);
  const count = (forms, n) => forms[plural.select(n)].replace('{n}', digits(n));
  const size = bytes => bytes < 1e6 ? words.kb.replace('{n}', digits(Math.max(1, Math.ceil(bytes / 1000)))) : words.mb.replace('{n}', digits(Math.ceil(bytes / 1e6)));
  const clock = at => digits(new Date(at).toTimeString().slice(0, 5));
  const make = (tag, className, text = '') => Object.assign(doc.createElement(tag), {className, textContent: text});
  const id = () => crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('');
  const urlOf = form => new URL(form.action).pathname;
  // What an answer answers: another one to the same takes its place. data-queue may name the field that tells two apart.
  const keyOf = form => { const field = form.elements[form.dataset.queue]; return urlOf(form) + (field ? '#' + field.value : ''); };

  // ---- The bar over every page ----

  const line = bar.querySelector('span'), now = bar.querySelector('button'), more = bar.querySelector('a');
  let wait = 4000, timer = 0;

  const refresh = async (signedOut = !owner) => {
    if (owner && !bar.hidden && !await Queue.exists()) return location.replace('/sign-in');   // cleared behind this page: it was lost
    const items = await Queue.all(owner || undefined), refused = items.filter(i => i.refused).length, waiting = items.length - refused;
    bar.hidden = !items.length;
    line.textContent = [waiting && count(words.unsent, waiting), refused && count(words.refused, refused), waiting && signedOut && words.signIn].filter(Boolean).join(' ');
    now.hidden = !waiting || signedOut;
    more.hidden = !owner;
    // The worker may have sent it while this page stood here.
    for (const id of [...Object.keys(after), ...forms.map(form => form.waits)]) if (id && !items.some(i => i.id === id)) settle({id, state: 'sent'});
    return waiting;
  };
  // "online" is often told before the network works: so it is tried again, each time later.
  const send = async () => {
    clearTimeout(timer);
    const told = await Queue.flush();
    if (told.some(i => i.state === 'lost')) { location.replace('/sign-in'); return told; }
    told.forEach(settle);
    const waiting = await refresh(told.some(i => i.state === 'signed-out') || !owner && !told.some(i => i.state === 'offline'));   // /offline names nobody
    if (waiting && owner && !doc.hidden) timer = setTimeout(send, wait = Math.min(wait * 2, 120000));
    else wait = 4000;
    return told;
  };
  const again = () => { wait = 4000; return send().catch(() => {}); };

  doc.querySelector('.top').after(bar);
  now.addEventListener('click', again);
  addEventListener('online', again);
  addEventListener('pageshow', again);
  doc.addEventListener('visibilitychange', () => doc.hidden || again());

  // ---- Forms that can wait: <form data-queue>; data-next: the page after it, data-ahead: pages it may need, data-settings: no draft ----

  const forms = [...doc.querySelectorAll('form[data-queue]')];

  const say = (form, className, text) => {
    form.told = form.told || form.appendChild(make('p', ''));
    form.told.setAttribute('role', 'status');
    form.told.className = className + ' after';
    form.told.textContent = text;
  };
  const fieldsOf = (form, button) => {
    const fields = [...new FormData(form)].filter(([name, value]) => name !== 'csrf_token' && !(value instanceof File && !value.name));
    return button && button.name ? [...fields, [button.name, button.value]] : fields;
  };
  // What she wrote and chose herself, for the list of what is not sent: no hidden field and no workbench's list of shapes.
  const written = form => [...form.elements].flatMap(c => !c.name || !c.value || !/^(text|textarea|url|tel|email|date|file)$/.test(c.type) ? []
    : c.files ? [...c.files].map(f => f.name) : [c.value]).join(' · ');
  const fill = (form, fields, chosen) => {
    for (const control of form.elements) {
      if (!control.name || /^(hidden|file|submit|button)$/.test(control.type) || chosen.has(control.name) && control.type !== 'textarea') continue;
      const values = fields.filter(([name]) => name === control.name).map(([_name, value]) => value);
      if (/^(radio|checkbox)$/.test(control.type)) control.checked = values.includes(control.value);
      else if (control.type === 'select-multiple') for (const option of control.options) option.selected = values.includes(option.value);
      else if (values.length) control.value = values[0];
    }
  };
  // What became of an answer whose form, or script, stands here.
  const after = {};
  const settle = item => {
    if (!/sent|refused/.test(item.state)) return;
    const told = after[item.id], form = item.id && forms.find(form => form.waits === item.id);
    delete after[item.id];
    if (told) told(item);
    if (!form) return;
    form.waits = '';
    if (item.state === 'sent') say(form, 'note ok', words.sent); else say(form, 'note bad', item.why);
  };

  const answer = async (form, button) => {
    const item = {id: id(), user: owner, url: urlOf(form), key: keyOf(form), page: location.pathname, title: doc.title, at: Date.now(), text: written(form), fields: fieldsOf(form, button)};
    clearTimeout(form.timer);
    await Queue.add(item);
    form.waits = item.id;
    say(form, 'note wait', words.sending);
    // It is safe here now: a network that only hangs does not hold her up.
    const patience = new Promise(ok => setTimeout(ok, PATIENCE, []));
    const told = (await Promise.race([send().catch(() => []), patience])).find(i => i.id === item.id), left = await Queue.get(item.id);
    if (!left) return location.assign(told && told.next || form.dataset.next || location.href);
    if (left.refused) { say(form, 'note bad', left.refused); form.told.scrollIntoView({block: 'center'}); return; }
    say(form, 'note wait', words.queued);
    navigator.serviceWorker.ready.then(r => r.sync && r.sync.register('out')).catch(() => {});
    const next = form.dataset.next;
    if (next && await (await cacheOf(owner)).match(next, {ignoreVary: true})) location.assign(next);
  };

  doc.addEventListener('submit', event => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'post') return;
    if (owner && forms.includes(form)) {
      event.preventDefault();
      if (form.busy) return;
      form.busy = true;
      // A phone that keeps nothing, or is full: a plain form, and where that cannot go her words stay on the page.
      answer(form, event.submitter).catch(() => navigator.onLine ? form.submit() : say(form, 'note bad', words.needs)).finally(() => { form.busy = false; });
    } else if (!navigator.onLine && !('clear' in form.dataset)) {
      event.preventDefault();                          // the browser's own page would take the words away
      say(form, 'note wait', words.needs);
    }
  });

  const begin = async form => {
    const chosen = new Set();                          // before the phone had looked: that stays, but for a text begun anew
    form.addEventListener('input', event => chosen.add(event.target.name));
    const key = keyOf(form), sent = (await Queue.all(owner)).filter(i => i.key === key).pop(), draft = await Queue.draft(owner, key);
    if (sent) {
      fill(form, sent.fields, chosen);
      form.waits = sent.refused ? '' : sent.id;
      say(form, sent.refused ? 'note bad' : 'note wait', sent.refused || words.queued);
    }
    if ('settings' in form.dataset) return;            // what is not saved must not look as if it were: no drafts
    if (draft && !(sent && sent.at >= draft.at)) {
      fill(form, draft.fields, chosen);
      say(form, 'saved', words.saved.replace('{time}', clock(draft.at)));
    }
    const keep = async () => {
      const at = Date.now(), fields = fieldsOf(form).filter(([_name, value]) => typeof value === 'string');
      await Queue.keepDraft({user: owner, key: keyOf(form), fields, at});
      say(form, 'saved', words.saved.replace('{time}', clock(at)));
    };
    form.addEventListener('input', () => {
      clearTimeout(form.timer);
      form.timer = setTimeout(() => keep().catch(() => {}), 1000);
    });
  };
  if (owner) for (const form of forms) begin(form).catch(() => {});

  // For the script of a workbench (batch.js), which sends its form itself.
  if (owner) self.Phone = {owner, kept, words, after, again, id, cacheOf, drop: async urls => drop(await cacheOf(owner), urls)};

  // ---- Weeks and lessons on this phone: <p data-save="/learn/... /learn/..."> ----

  const weigh = async answer => (await answer.clone().blob()).size;
  const trouble = no => no && no.name === 'QuotaExceededError' ? words.full : words.needs;

  const saveAll = async (cache, urls) => {
    for (const url of urls) {
      const answer = await fetch(url);
      if (!answer.ok || answer.redirected || answer.headers.get('X-Offline') !== 'keep') throw new Error(url);
      const text = await answer.clone().text();
      await cache.addAll(Queue.parts(text).filter(part => part.startsWith('/media/')));
      await cache.put(url, Queue.stamped(answer));
    }
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
  };
  const isPage = answer => /^text\/html/.test(answer.headers.get('Content-Type'));
  // Pages go, and what no other page needs goes with them.
  const drop = async (cache, urls) => {
    for (const url of urls) await cache.delete(url, {ignoreVary: true});
    const needed = new Set(), rest = [];
    for (const request of await cache.keys()) {
      const hit = await cache.match(request, {ignoreVary: true});
      if (isPage(hit)) Queue.parts(await hit.text()).forEach(part => needed.add(part)); else rest.push(request);
    }
    for (const request of rest) if (!needed.has(request.url.slice(location.origin.length))) await cache.delete(request, {ignoreVary: true});
  };
  const pathsIn = async cache => new Set((await cache.keys()).map(request => new URL(request.url).pathname));

  const weekly = async part => {
    const urls = part.dataset.save.split(' '), cache = await cacheOf(owner);
    const [save, done, remove, told] = ['save', 'done', 'remove', 'told'].map(name => part.querySelector(`[data-${name}-it]`));
    const show = async (text = '') => {
      const paths = await pathsIn(cache), all = urls.every(url => paths.has(url));
      save.hidden = all;
      done.hidden = !all;
      told.textContent = text;
      part.hidden = false;
      rows(paths);
    };
    save.addEventListener('click', async () => {
      told.textContent = words.saving;
      await show(await saveAll(cache, urls).then(() => '', trouble));
      if (!done.hidden) done.querySelector('p').focus();
    });
    remove.addEventListener('click', async () => { await drop(cache, urls); await show(); save.querySelector('button').focus(); });
    await show();
  };
  // The road says which rows open without a network.
  const rows = paths => {
    for (const row of doc.querySelectorAll('.road a')) {
      const meta = row.querySelector('.meta'), has = paths.has(row.pathname);
      let sign = row.querySelector('[data-here]');
      if (!sign) { sign = meta.parentNode.appendChild(make('span', 'meta')); sign.dataset.here = ''; }
      sign.textContent = has ? words.savedHere : kept || !navigator.onLine ? words.needs : '';
    }
  };
  if (owner) for (const part of doc.querySelectorAll('[data-save]')) weekly(part).catch(() => {});

  // ---- The page /offline: what is here and what is not sent ----

  const item = (title, href, note, act, onclick) => {
    const row = make('li', 'file'), told = make('div', ''), link = make(href ? 'a' : 'b', '', title), button = make('button', 'textbtn', act);
    if (href) link.href = href;
    button.type = 'button';
    button.append(make('span', 'sr', ' ' + title));
    button.addEventListener('click', onclick);
    told.append(link, make('br', ''), make('span', 'soft', note));
    row.append(told, button);
    return row;
  };
  const plain = title => title.replace(/ - [^-]*$/, '');   // without the name of the site
  const list = async () => {
    const user = await Queue.exists() && await Queue.who(), place = doc.getElementById('kept'), unsent = doc.getElementById('unsent');
    const away = doc.getElementById('missing');
    away.hidden = location.pathname === '/offline';
    if (!user) return;
    const waiting = await Queue.all(user);
    unsent.hidden = !waiting.length;
    unsent.querySelector('ul').replaceChildren(...waiting.map(i => {
      const row = item(plain(i.title || i.page), i.page, i.refused || words.notSent, words.remove, () => Queue.remove(i.id).then(list).then(again));
      if (i.text) row.firstChild.append(Object.assign(make('div', 'note', i.text), {dir: 'auto'}));
      if (!i.refused) row.lastChild.remove();         // what can still arrive is not thrown away here
      return row;
    }));
    const cache = await cacheOf(user), found = [];
    let total = 0;
    for (const request of await cache.keys()) {
      const path = new URL(request.url).pathname, hit = await cache.match(request, {ignoreVary: true}), bytes = await weigh(hit), over = Queue.ended(hit);
      total += bytes;
      if (over && path === location.pathname) away.textContent = words.ended;
      if (isPage(hit) && !over) found.push({path, bytes, title: (/<title>([^<]*)/.exec(await hit.text()) || ['', path])[1]});
    }
    const read = text => plain(new DOMParser().parseFromString(text, 'text/html').body.textContent);
    place.querySelector('ul').replaceChildren(...found.map(p => item(read(p.title), p.path, size(p.bytes), words.remove, () => drop(cache, [p.path]).then(list))));
    place.querySelector('p').textContent = found.length ? words.space.replace('{size}', size(total)) : words.nothing;
  };

  // ---- Leaving: <form data-clear> ----

  doc.addEventListener('submit', event => {
    const form = event.target;
    if (!('clear' in form.dataset)) return;
    event.preventDefault();
    Queue.all(owner || undefined).catch(() => []).then(async items => {
      if (items.length && !form.sure) {
        form.sure = true;
        const note = Object.assign(make('div', 'note bad'), {tabIndex: -1}), text = make('p', '', count(words.lose, items.length));
        text.setAttribute('role', 'alert');
        note.append(text);
        form.prepend(note);
        form.querySelector('button').textContent = words.loseIt;
        note.focus();
        return;
      }
      clearTimeout(timer);
      await Queue.wipe();
      if (navigator.onLine) form.submit(); else say(form, 'note ok', words.cleared);
    });
  });

  // ---- On opening a page ----

  if (kept) {
    const since = new Date(Number(root.dataset.kept)), old = make('p', 'note wait');
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(since).setHours(0, 0, 0, 0)) / 864e5);
    const day = days < 7 ? new Intl.RelativeTimeFormat(root.lang, {numeric: 'auto'}).format(-days, 'day') : since.toLocaleDateString(root.lang);
    old.textContent = words.updated.replace('{day}', digits(day)).replace('{time}', clock(since));
    doc.getElementById('status').prepend(old);
    doc.getElementById('status').classList.add('told');
  }
  if (doc.getElementById('kept')) list().catch(() => {});
  refresh().catch(() => {});
  if (owner) addEventListener('load', async () => {
    const first = !navigator.serviceWorker.controller;
    await navigator.serviceWorker.register('/sw.js');
    const ready = await navigator.serviceWorker.ready, cache = await cacheOf(owner), paths = await pathsIn(cache);
    const line = navigator.connection || {}, ahead = line.saveData ? [] : forms.flatMap(form => (form.dataset.ahead || '').split(' ').filter(Boolean));
    const keep = [...(first ? [location.pathname] : []), ...ahead.filter(url => !paths.has(url))];
    if (keep.length && ready.active) ready.active.postMessage({keep});
    if (kept) return;
    const over = [];   // items whose time is over, and pictures of items that are sent
    for (const path of paths) {
      const item = /^\/work\/tasks\/\d+/.exec(path), page = item && await cache.match(item[0], {ignoreVary: true});
      if (item && (!page || Queue.ended(page))) over.push(path);
    }
    if (over.length) await drop(cache, over);
  });
})();
