// What every workbench shares: the list of parts, which is the truth, undo, keys, drafts and sending.
// The picture, the words and the hidden field `payload` are drawn from the list; the plain fields stand until a script takes over.
// All words ride on data-* of the form; digits are those of the page's language.
(() => {
  const doc = document;
  const LATIN = {'٠': 0, '١': 1, '٢': 2, '٣': 3, '٤': 4, '٥': 5, '٦': 6, '٧': 7, '٨': 8, '٩': 9,
    '۰': 0, '۱': 1, '۲': 2, '۳': 3, '۴': 4, '۵': 5, '۶': 6, '۷': 7, '۸': 8, '۹': 9, '٫': '.', ',': '.'};

  class Workbench {
    constructor(form) {
      this.form = form;
      form.bench = this;
      this.task = JSON.parse(form.dataset.task);
      this.words = form.dataset;
      this.parts = this.named(this.task.answers);
      this.chosen = null;
      this.past = [];
      this.views = [];
      this.keys = {};
      this.busy = false;
      this.saved = doc.querySelector('[data-saved]');
      this.draft = new Bench.Draft({
        task: this.task, user: form.dataset.user, token: form.elements.csrf_token.value, told: (...what) => this.told(...what),
      });
      form.addEventListener('submit', event => this.send(event));
      doc.addEventListener('keydown', event => this.key(event));
      for (const button of doc.querySelectorAll('[data-do=undo]')) button.addEventListener('click', () => this.undo());
    }

    // Once the views are there: what this phone had kept comes first, then everything is drawn.
    start() {
      const kept = this.draft.found();
      for (const element of doc.querySelectorAll('[data-scripted]')) element.hidden = false;
      if (kept && Array.isArray(kept.parts)) {
        this.parts = this.named(kept.parts);
        this.show();
        if (kept.version !== this.task.draft_version) this.told('conflict', this.words.elsewhere, this.task.answers);
        this.draft.keep(this.parts);
      } else this.show();
      for (const button of doc.querySelectorAll('[data-show]')) button.addEventListener('click', () => this.point(button.dataset.show));
      const wrong = doc.querySelector('[data-wrong]');
      if (wrong && wrong.dataset.wrong) this.choose(wrong.dataset.wrong);
      this.fetchNext();
      // A browser of some years ago does not open the fold it is sent into.
      const rule = doc.getElementById('rule');
      for (const link of doc.querySelectorAll('a[href="#rule"]')) link.addEventListener('click', () => { rule.closest('details').open = true; });
    }

    // Every part has a name of its own, which the server's sentences use.
    named(parts) {
      let last = Math.max(0, ...parts.map(part => Number(part.id) || 0));
      return parts.map(part => ({...part, id: part.id || String(++last)}));
    }

    newId() {
      // A number the mentor wrote about is not given to another part.
      const taken = [...this.past.flatMap(before => before.parts), ...this.parts].map(part => part.id);
      return String(1 + Math.max(0, ...[...taken, ...this.task.comments.map(comment => comment.shape)].map(id => Number(id) || 0)));
    }

    part(id) { return this.parts.find(part => part.id === id); }

    // The one way to change the list. `together`: a run of small steps that one undo takes back.
    change(parts, {chosen = this.chosen, say = '', together = ''} = {}) {
      if (!together || together !== this.run) this.past.push({parts: this.parts, chosen: this.chosen});
      this.run = together;
      this.parts = parts;
      this.chosen = parts.some(part => part.id === chosen) ? chosen : null;
      this.show();
      this.draft.keep(parts);
      if (say) this.say(say);
    }

    // What was drawn before and lies on this phone: nothing is new, so nothing is saved.
    restore(parts) {
      this.parts = this.named(parts);
      this.show();
    }

    choose(id) {
      this.chosen = this.part(id) ? id : null;
      this.run = '';
      this.show();
    }

    // Open the part a mentor wrote about, where the eye finds it.
    point(id) {
      if (!this.part(id)) { this.say(this.words.gone); return; }
      this.choose(id);
      doc.querySelector('[data-stage], [data-text]').scrollIntoView({block: 'center'});
    }

    // What the mentor wrote about a part.
    saidOf(id) {
      return this.task.comments.filter(comment => comment.shape === id).map(comment => comment.text).join(' ');
    }

    // `open`: whether it stays open, so that a label is for it and no longer for the next one.
    add(part, {open = true} = {}) {
      const id = this.newId();
      this.change([...this.parts, {id, ...part}], {chosen: open ? id : null});
      this.say(this.fill('added', {name: this.name(this.part(id))}));
      return id;
    }

    alter(id, changes, together = '') {
      this.change(this.parts.map(part => part.id === id ? {...part, ...changes} : part), {together});
    }

    remove(id) {
      const part = this.part(id);
      if (part) this.change(this.parts.filter(one => one.id !== id), {say: this.fill('removed', {name: this.name(part)})});
    }

    undo() {
      if (!this.past.length) return;
      const before = new Set(this.parts.map(part => part.id)), {parts, chosen} = this.past.pop();
      this.parts = parts;
      this.run = '';
      // What was open when it went is open again.
      if (this.part(chosen) && !before.has(chosen)) this.chosen = chosen;
      else if (!this.part(this.chosen)) this.chosen = null;
      this.show();
      this.draft.keep(this.parts);
      this.say(this.words.undone);
    }

    show() {
      this.form.elements.payload.value = JSON.stringify(this.parts);
      for (const button of doc.querySelectorAll('[data-do=undo]')) button.setAttribute('aria-disabled', String(!this.past.length));
      for (const view of this.views) view();
    }

    // "Glass 2": the label and its number among its own.
    name(part) {
      const same = this.parts.filter(one => one.label === part.label);
      return `${part.label} ${this.digits(1 + same.findIndex(one => one.id === part.id))}`;
    }

    // ---- Words ----

    digits(number) {
      return String(number).replace(/\d/g, digit => this.words.digits[digit]);
    }

    // A sentence of data-*, with its {places} filled.
    fill(name, values) {
      return (this.words[name] || '').replace(/\{(\w+)\}/g, (_all, key) => typeof values[key] === 'number' ? this.digits(values[key]) : values[key]);
    }

    // A number as a person types it, in any digits; NaN where it is none.
    number(text) {
      const plain = [...text.trim()].map(sign => LATIN[sign] ?? sign).join('');
      return plain === '' ? NaN : Number(plain);
    }

    say(sentence) {
      doc.querySelector('[data-say]').textContent = sentence;
    }

    told(state, sentence = '', other = null) {
      const clock = this.digits(new Date().toTimeString().slice(0, 5));
      const words = {here: 'savedHere', kept: 'savedThere', offline: 'savedHere', refused: 'savedHere', conflict: 'savedHere'}[state];
      const line = this.fill(words, {time: clock});
      const text = this.saved.querySelector('span');
      if (text.textContent !== line) text.textContent = line;
      this.saved.hidden = false;
      if (state === 'conflict') this.trouble(sentence, () => this.change(this.named(other)));
      if (state === 'refused') this.trouble(sentence);
      if (state === 'kept' && self.Phone) Phone.drawn(other, this.draft.version).catch(() => {});
    }

    // A sentence over the form; `other`: takes what stands elsewhere, and undo brings ours back.
    trouble(sentence, other = null, href = '') {
      const note = doc.querySelector('[data-trouble]'), button = note.querySelector('button'), link = note.querySelector('a');
      note.hidden = !sentence;
      note.querySelector('p').textContent = sentence;
      button.hidden = !other;
      button.onclick = () => { note.hidden = true; other(); };
      link.hidden = !href;
      if (href) link.href = href;
    }

    // ---- Sending ----

    // The form is sent as it is; only the way is another, so that an answer that does not arrive stays here.
    async send(event) {
      if (event.submitter && event.submitter.hasAttribute('formaction')) return;
      event.preventDefault();
      if (this.busy) return;
      this.busy = true;
      this.form.elements.payload.value = JSON.stringify(this.parts);
      const waits = self.Phone && await Phone.waits().catch(() => '');
      if (waits) { this.busy = false; this.trouble(waits); return; }
      const body = new FormData(this.form), op = this.form.elements.client_op_id.value;
      const answer = await fetch(this.form.action, {method: 'POST', body, redirect: 'error', headers: {'X-Request-Id': op}}).catch(() => null);
      const said = answer && await answer.json().catch(() => ({}));
      if (answer && answer.ok && said.next) {
        this.draft.forget();
        if (self.Phone) await Phone.done().catch(() => {});
        location.assign(said.next);
        return;
      }
      // On a page that lay here the value against forged requests may be old: the queue takes a new one.
      const away = !answer || answer.status >= 500 || answer.status === 401 && self.Phone && Phone.kept;
      const kept = away && self.Phone && await Phone.keep(op).catch(() => '');
      this.busy = false;
      if (kept) this.trouble(kept);
      else if (!answer || answer.status >= 500) this.trouble(this.words.unsent);
      else if (answer.status === 401) this.trouble(said.sentence, null, this.words.signIn);
      else {
        this.trouble(said.sentence || this.words.unsent);
        if (said.shape !== undefined) this.choose(String(said.shape));
      }
      doc.querySelector('[data-trouble]').focus();
    }

    // Enter goes on only where something is there: an empty answer is sent by its button.
    onward() {
      if (this.parts.length) this.form.requestSubmit();
      else this.say(this.words.nothing);
    }

    // The next pictures, while this one is worked on; never where a person saves data.
    fetchNext() {
      const line = navigator.connection || {};
      if (line.saveData || /2g/.test(line.effectiveType || '')) return;
      addEventListener('load', () => { for (const url of this.task.prefetch || []) new Image().src = url; });
    }

    // ---- Keys ----

    key(event) {
      const target = event.target, at = target.closest ? target : doc.body;
      if (event.defaultPrevented || event.isComposing || at.closest('textarea, select, input:not([type=radio], [type=checkbox])')) return;
      if ((event.ctrlKey || event.metaKey) && event.code === 'KeyZ') { event.preventDefault(); this.undo(); return; }
      if ((event.ctrlKey || event.metaKey) && event.key === 'Enter' && !event.repeat) { event.preventDefault(); this.onward(); return; }
      if (event.ctrlKey || event.metaKey || event.altKey || !this.keysOn()) return;
      if (event.key === 'Enter') {
        if (event.repeat || at.closest('button, a, summary, [role=button]') || !this.mine(at)) return;
        event.preventDefault();
        this.onward();
        return;
      }
      const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
      const act = digit ? () => this.label(Number(digit[1]) - 1) : this.keys[event.code] || (/^[?؟]$/.test(event.key) ? () => this.help() : null);
      if (act && act(event) !== false) event.preventDefault();
    }

    // Keys of the workbench end where another form begins.
    mine(element) {
      const form = element.closest('form');
      return !form || form === this.form;
    }

    keysOn() {
      const box = doc.querySelector('[data-keys-on]');
      return !box || box.checked;
    }

    help() {
      const fold = doc.querySelector('[data-keys]');
      if (!fold) return;
      fold.open = !fold.open;
      if (fold.open) fold.querySelector('summary').focus();
    }

    label() {}
  }

  // The list beside the picture or the text: a row per part, kept while its part lives, so that focus is never lost.
  // fill(part, row) writes what is peculiar to the kind.
  class List {
    constructor(bench, fill) {
      Object.assign(this, {bench, fill, rows: new Map()});
      this.list = doc.querySelector('[data-parts]');
      this.pattern = doc.querySelector('[data-row]').content.firstElementChild;
      bench.views.push(() => this.show());
    }

    show() {
      const alive = new Set(this.bench.parts.map(part => part.id));
      for (const [id, row] of this.rows) if (!alive.has(id)) { this.leave(row); row.remove(); this.rows.delete(id); }
      this.bench.parts.forEach((part, place) => {
        const row = this.rows.get(part.id) || this.made(part.id);
        if (this.list.children[place] !== row) this.list.insertBefore(row, this.list.children[place] || null);
        const name = this.bench.name(part);
        row.classList.toggle('on', part.id === this.bench.chosen);
        row.querySelector('[data-open]').hidden = part.id !== this.bench.chosen;
        row.querySelector('[data-name]').textContent = name;
        const said = row.querySelector('[data-note]');
        said.textContent = this.bench.saidOf(part.id);
        said.hidden = !said.textContent;
        for (const button of row.querySelectorAll('[data-do]')) button.setAttribute('aria-label', this.bench.fill(button.dataset.do, {name}));
        this.fill(part, row);
      });
      doc.querySelector('[data-none]').hidden = this.bench.parts.length > 0;
    }

    made(id) {
      const row = this.pattern.cloneNode(true);
      row.querySelector('[data-do=remove]').addEventListener('click', () => this.bench.remove(id));
      row.querySelector('[data-do=edit]').addEventListener('click', () => this.bench.choose(this.bench.chosen === id ? null : id));
      this.rows.set(id, row);
      return row;
    }

    // Focus that stood in a row which goes moves to its neighbour, else to the heading.
    leave(row) {
      if (!row.contains(doc.activeElement)) return;
      const next = row.nextElementSibling || row.previousElementSibling;
      (next ? next.querySelector('[data-do=remove]') : doc.querySelector('[data-list-head]')).focus();
    }
  }

  // One choice or several: the plain fields are the stage; digits, Enter and drafts come on top.
  class Choices extends Workbench {
    constructor(form) {
      super(form);
      this.inputs = [...form.querySelectorAll('input[name=label]')];
      for (const input of this.inputs) input.addEventListener('change', () => this.read());
      this.views.push(() => { for (const input of this.inputs) input.checked = this.parts.some(part => part.label === input.value); });
    }

    read() {
      this.change(this.inputs.filter(input => input.checked).map((input, place) => ({id: String(place + 1), label: input.value})));
    }

    label(place) {
      const input = this.inputs[place];
      if (!input) return false;
      input.focus();
      input.checked = input.type === 'radio' || !input.checked;
      this.read();
      return true;
    }
  }

  window.Bench = {...window.Bench, Workbench, List};
  const form = doc.querySelector('form[data-bench=choice]');
  if (form) new Choices(form).start();
})();
