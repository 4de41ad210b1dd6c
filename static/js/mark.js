// Comfort of the mentor's desk: what can be undone goes when its time is over; keys for the mark; empty rows are said before it is sent.
(() => {
  const doc = document, note = doc.getElementById('undo');

  // After its time nothing can be undone: the button goes, and the sentence says so.
  if (note) setTimeout(() => {
    const [on, gone] = note.querySelectorAll('p'), had = note.contains(doc.activeElement);
    note.querySelector('form').remove();
    on.hidden = true;
    gone.hidden = false;
    if (had) note.focus();
  }, note.dataset.seconds * 1000);

  const form = doc.querySelector('form[data-mark]');
  if (!form) return;
  const rows = [...form.querySelectorAll('fieldset.levels')], said = form.querySelector('textarea'), send = form.querySelector('[value=release]');
  const chosen = row => row.querySelector('input:checked'), reach = row => (chosen(row) || row.querySelector('input')).focus();
  for (const hint of form.querySelectorAll('[data-keys]')) hint.hidden = false;

  form.addEventListener('keydown', event => {
    if (event.isComposing || event.altKey) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send.click();
      return;
    }
    const at = rows.findIndex(row => row.contains(event.target));
    if (at < 0 || event.ctrlKey || event.metaKey) return;      // letters are keys in the rows alone, never in the comment
    const levels = rows[at].querySelectorAll('input'), digit = /^Digit([1-9])$|^Numpad([1-9])$/.exec(event.code);
    const level = digit && levels[(digit[1] || digit[2]) - 1], row = rows[at + ({KeyJ: 1, KeyK: -1}[event.code] || NaN)];
    if (level) level.click();
    if (level) level.focus();
    else if (row) reach(row);
    else if (event.code === 'KeyC') said.focus();
    else if (event.key === 'Enter') ;                          // would press the first button of the form, which is a phrase
    else return;
    event.preventDefault();
  });

  // A row without a level: said here, so that a phone's queue keeps no mark that cannot arrive. What was pressed is written down too:
  // a script that sends the form itself, or a browser without submitter, would else send a mark that was to be returned.
  const pressed = form.appendChild(Object.assign(doc.createElement('input'), {type: 'hidden', name: 'do', value: send.value}));
  for (const button of form.querySelectorAll('button[name=do]')) button.addEventListener('click', () => { pressed.value = button.value; });
  form.addEventListener('submit', event => {
    if (event.submitter && event.submitter.hasAttribute('formaction')) return;
    const empty = rows.filter(row => !chosen(row)), told = form.querySelector('[data-empty]');
    told.hidden = !empty.length;
    if (!empty.length) return;
    event.preventDefault();
    told.querySelector('ul').replaceChildren(...empty.map(row => {
      const item = doc.createElement('li'), link = doc.createElement('a');
      link.href = '#' + row.querySelector('input').id;
      link.textContent = row.querySelector('legend').textContent;
      link.addEventListener('click', click => { click.preventDefault(); reach(row); });
      item.append(link);
      return item;
    }));
    told.focus();
  });

  // A saved phrase goes in where the caret stands; the comment, or the part of it that is marked, becomes one. The page stays.
  form.addEventListener('click', event => {
    const button = event.target.closest('[formaction]');
    if (!button) return;
    event.preventDefault();
    if ('words' in button.dataset) insert(button.dataset.words); else keep(button);
  });
  const insert = words => {
    const before = said.value.slice(0, said.selectionStart), after = said.value.slice(said.selectionEnd);
    const wrapped = (/\S$/.test(before) ? '\n' : '') + words + (/^\S/.test(after) ? '\n' : '');
    said.setRangeText(wrapped, said.selectionStart, said.selectionEnd, 'end');
    said.dispatchEvent(new Event('input', {bubbles: true}));   // a phone keeps what is typed
    said.focus();
  };
  const keep = async button => {
    const place = doc.getElementById('phrases'), typed = new FormData(form), part = said.value.slice(said.selectionStart, said.selectionEnd);
    typed.set('part', part.trim());
    for (const [name, value] of [...typed]) if (value instanceof File) typed.delete(name);
    const answer = await fetch(button.formAction, {method: 'POST', body: typed, redirect: 'error'}).catch(() => null);
    const page = answer && new DOMParser().parseFromString(await answer.text(), 'text/html'), fresh = page && page.getElementById('phrases');
    const why = page && page.querySelector('#sum li'), status = place.querySelector('[role=status]');
    if (fresh && answer.ok) place.querySelector('details').replaceWith(fresh.querySelector('details'));
    status.textContent = fresh && answer.ok ? place.dataset.kept : why ? why.textContent : place.dataset.failed;
  };
})();
