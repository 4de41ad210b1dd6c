// Names in a text: tap the first word, tap the last word, choose a label. The label is written into the line, under no word.
// Offsets are half-open code points, as the server counts; a browser counts UTF-16, where one emoji is two.
(() => {
  const form = document.querySelector('form[data-bench=spans]');
  if (!form) return;
  const bench = new Bench.Workbench(form), {task} = bench;
  const text = form.querySelector('[data-text]'), tip = form.querySelector('[data-tip]'), begun = form.querySelector('[data-begun]');
  const labels = [...form.querySelectorAll('button[data-label]')];
  const signs = Array.from(task.text);
  const words = (start, end) => signs.slice(start, end).join('');
  let first = null, pending = null;    // the token that was tapped; the range that waits for its label: [start, end)

  // UTF-16 offset of a browser -> code points.
  const codePoints = offset => Array.from(task.text.slice(0, offset)).length;

  // ---- The text: a button per word, a mark round each part, its label inside the line ----

  function paint() {
    const at = document.activeElement && document.activeElement.dataset.at;
    const cuts = new Set([0, signs.length]);
    for (const [start, end] of task.tokens) { cuts.add(start); cuts.add(end); }
    for (const range of [...bench.parts, ...(pending ? [pending] : [])]) { cuts.add(range.start); cuts.add(range.end); }
    const edges = [...cuts].filter(cut => cut >= 0 && cut <= signs.length).sort((a, b) => a - b);
    const made = document.createDocumentFragment();
    let mark = null, token = 0;
    for (let n = 0; n + 1 < edges.length; n += 1) {
      const [start, end] = [edges[n], edges[n + 1]];
      while (token < task.tokens.length && task.tokens[token][1] <= start) token += 1;
      const over = bench.parts.filter(part => part.start <= start && end <= part.end);
      const now = Boolean(pending) && pending.start <= start && end <= pending.end;
      const key = now ? 'now' : over.map(part => part.id).join(' ');
      if (!key) mark = null;
      else if (!mark || mark.dataset.key !== key) {
        mark = document.createElement('mark');
        mark.dataset.key = key;
        mark.classList.toggle('now', now || over.some(part => part.id === bench.chosen));
        made.append(mark);
      }
      const within = token < task.tokens.length && task.tokens[token][0] <= start;
      (mark || made).append(within ? word(token, words(start, end), start) : words(start, end));
      for (const part of over) if (part.end === end) mark.append(written(part));
    }
    text.replaceChildren(made);
    if (at !== undefined) (text.querySelector(`[data-at="${at}"]`) || text).focus();
  }

  // A word is a button by its role: the text of a <button> cannot be selected with a mouse.
  function word(token, shown, start) {
    const made = document.createElement('span');
    made.setAttribute('role', 'button');
    made.tabIndex = 0;
    made.textContent = shown;
    made.dataset.at = start;
    made.dataset.token = token;
    made.setAttribute('aria-pressed', String(token === first));
    if (token === first) made.className = 'first';
    return made;
  }

  function written(part) {
    const made = document.createElement('span');
    made.className = 'lab not-annotatable';   // the annotator leaves it out of its offsets
    made.textContent = `${bench.digits(task.labels.indexOf(part.label) + 1)} ${part.label}`;
    return made;
  }

  function advise() {
    const sentence = pending ? bench.fill('pending', {words: words(pending.start, pending.end)})
      : first !== null ? bench.fill('first', {word: words(...task.tokens[first])}) : bench.words.begin;
    if (tip.textContent !== sentence) tip.textContent = sentence;
    begun.hidden = first === null && !pending;
    begun.querySelector('[data-do=only]').hidden = first === null;
  }

  // ---- Choosing words ----

  function tap(token) {
    if (first === null) { first = token; pending = null; }
    else {
      const [one, other] = [task.tokens[first], task.tokens[token]];
      pending = {start: Math.min(one[0], other[0]), end: Math.max(one[1], other[1])};
      first = null;
    }
    bench.choose(null);
  }

  function again() {
    first = null;
    pending = null;
    bench.choose(null);
  }

  // A label ends a part; with one word tapped it takes that word; else it is for the part that is open.
  bench.label = at => {
    const label = task.labels[at];
    if (!label) return false;
    const range = pending || (first !== null && {start: task.tokens[first][0], end: task.tokens[first][1]});
    first = null;
    pending = null;
    const same = range && bench.parts.find(part => part.start === range.start && part.end === range.end);
    const part = range ? same : bench.part(bench.chosen);
    if (part && part.label !== label) bench.alter(part.id, {label});
    else if (range && !same) bench.add({label, ...range});
    else bench.show();
    return true;
  };

  bench.name = part => words(part.start, part.end);

  text.addEventListener('click', event => {
    const at = event.target.closest('[data-token]');
    if (at && getSelection().isCollapsed) tap(Number(at.dataset.token));
  });
  text.addEventListener('keydown', event => {
    const at = event.target.closest('[data-token]');
    if (!at || event.ctrlKey || !['Enter', ' '].includes(event.key)) return;
    event.preventDefault();
    if (!event.repeat) tap(Number(at.dataset.token));
  });
  form.querySelector('[data-do=only]').addEventListener('click', () => tap(first));
  form.querySelector('[data-do=again]').addEventListener('click', again);
  labels.forEach((button, at) => button.addEventListener('click', () => bench.label(at)));

  // ---- Keys: arrows walk from word to word, as the eye sees it ----

  function walk(by) {
    return event => {
      if (!event.target.matches('[data-token]')) return false;
      const all = [...text.querySelectorAll('[data-token]')];
      // An Arabic word goes on to the left, in whatever line it stands; signs and numbers follow the text.
      const shown = event.target.textContent;
      const leftward = /\p{L}/u.test(shown) ? /[\u0590-\u08ff\ufb1d-\ufefc]/.test(shown) : getComputedStyle(text).direction === 'rtl';
      const next = all[all.indexOf(event.target) + (leftward ? -by : by)];
      if (next) next.focus();
      return true;
    };
  }

  Object.assign(bench.keys, {
    ArrowLeft: walk(-1), ArrowRight: walk(1), Escape: again, KeyZ: () => bench.undo(),
    Delete: () => bench.remove(bench.chosen), Backspace: () => bench.remove(bench.chosen),
  });

  // ---- A mouse may drag over the words: the annotator says which. A phone never loads it. ----

  function load(src) {
    return new Promise((ready, failed) => {
      const script = document.createElement('script');
      Object.assign(script, {src, onload: ready, onerror: failed});
      document.head.append(script);
    });
  }

  async function drag() {
    if (!matchMedia('(any-pointer: fine)').matches) return;
    await load(form.dataset.process);
    await load(form.dataset.annotator);
    const annotator = RecogitoJS.createTextAnnotator(text, {renderer: 'SPANS'});
    annotator.on('createAnnotation', marked => {
      const {start, end} = marked.target.selector[0], chosen = task.text.slice(start, end);
      annotator.clearAnnotations();
      getSelection().removeAllRanges();
      const range = {start: codePoints(start + chosen.length - chosen.trimStart().length), end: codePoints(start + chosen.trimEnd().length)};
      if (range.start >= range.end) return;
      first = null;
      pending = range;
      bench.choose(null);
    });
  }

  new Bench.List(bench, (part, row) => {
    row.querySelector('[data-detail]').textContent = bench.fill('part', {id: Number(part.id), label: part.label});
  });
  bench.views.push(paint, advise);
  form.querySelector('[data-plain]').remove();
  text.classList.add('live');
  bench.start();
  drag().catch(() => { /* tapping stays */ });
})();
