// Boxes round things in a picture: by finger, by mouse (Annotorious), by two taps, by keys, by numbers.
// The list of parts is the truth. Annotorious draws the new box in Draw and holds the one chosen box in Move; how boxes look is ours.
(() => {
  const form = document.querySelector('form[data-bench=boxes]');
  if (!form || !window.Annotorious) return;
  const SVG = 'http://www.w3.org/2000/svg';
  const TAP = 10;        // pixels of the screen a finger may slip and still tap; a box is larger
  const TAG = 22;        // pixels of the screen: the square with the label's digit
  const ARM = 16;        // pixels of the screen: the corner signs of the chosen box
  const ZOOMS = [1, 1.5, 2, 3, 4];   // where the buttons stop; two fingers stop anywhere between
  const NEAR = ZOOMS[0], FAR = ZOOMS[ZOOMS.length - 1];

  const bench = new Bench.Workbench(form), {task} = bench;
  const stage = form.querySelector('[data-stage]'), pic = stage.querySelector('.pic'), image = pic.querySelector('img');
  const modes = [...form.querySelectorAll('input[name=mode]')], labels = [...form.querySelectorAll('input[name=brush]')];
  const width = task.width || image.naturalWidth, height = task.height || image.naturalHeight;
  const hundredth = value => Math.round(value * 100) / 100;
  const between = (low, value, high) => Math.min(Math.max(value, low), high);
  const legend = labels[0].closest('fieldset').querySelector('legend'), wordsForNext = legend.textContent;
  let zoom = 1, corner = null, down = null, pinch = null, tool = null, over = null;
  let next = (labels.find(input => input.checked) || labels[0]).value;    // the label of the next box

  const mode = () => modes.find(input => input.checked).value;

  // A rectangle inside the picture, upright, in its own pixels.
  function fitted({x, y, w, h}) {
    const left = between(0, x, width), top = between(0, y, height);
    return {
      x: hundredth(left), y: hundredth(top), w: hundredth(between(0, x + w, width) - left), h: hundredth(between(0, y + h, height) - top),
    };
  }

  // Pixels of the picture in one pixel of the screen.
  const grain = () => width / (over.getBoundingClientRect().width || width);

  function place(event) {
    const seen = over.getBoundingClientRect();
    return {x: (event.clientX - seen.left) / seen.width * width, y: (event.clientY - seen.top) / seen.height * height};
  }

  // A hand draws one box after the other, so its box is not left open: a label is for the next one. The keys' own box is.
  function draw(box, {open = false} = {}) {
    const found = fitted(box);
    if (found.w >= 1 && found.h >= 1) bench.add({label: next, ...found}, {open});
  }

  // ---- Annotorious ----

  function start() {
    // Its SVG counts in the picture's own pixels as the browser knows them; a smaller copy of the picture is put right by this.
    const ratio = width / image.naturalWidth;
    tool = Annotorious.createImageAnnotator(image, {drawingEnabled: true, drawingMode: 'drag', autoSave: false});
    const layer = pic.querySelector('.a9s-annotationlayer');
    layer.setAttribute('tabindex', '-1');
    layer.setAttribute('aria-hidden', 'true');
    // A drag that leaves the picture still ends where it is let go.
    layer.addEventListener('pointerdown', event => { if (mode() === 'draw') layer.setPointerCapture(event.pointerId); });

    tool.on('createAnnotation', drawn => {
      tool.clearAnnotations();
      const {x, y, w, h} = drawn.target.selector.geometry, room = TAP * grain() / ratio;
      if (w >= room || h >= room) { corner = null; draw({x: x * ratio, y: y * ratio, w: w * ratio, h: h * ratio}); }
    });
    // While the chosen box is pulled. It cannot be turned: an angle is dropped, and the box stands upright again.
    tool.state.store.observe(({changes}) => {
      for (const {newValue} of changes.updated || []) {
        const {x, y, w, h, rot} = newValue.target.selector.geometry;
        if (rot) setTimeout(hold);
        else if (bench.part(newValue.id)) {
          held = newValue.id;
          bench.alter(newValue.id, fitted({x: x * ratio, y: y * ratio, w: w * ratio, h: h * ratio}), `pull ${newValue.id} ${pulls}`);
          held = null;
        }
      }
    }, {origin: 'LOCAL'});
    // A tap beside the chosen box lets go of it there; here the tap itself decides.
    tool.on('selectionChanged', () => { if (!tool.getSelected().length && bench.chosen) hold(); });

    let shown = '';
    let held = null;
    let pulls = 0;
    layer.addEventListener('pointerdown', () => { pulls += 1; }, true);
    // Let go: what was pulled over the edge of the picture comes back inside.
    addEventListener('pointerup', () => { if (mode() === 'move' && bench.chosen) setTimeout(hold); });

    // Give Annotorious the chosen box in Move, nothing in Draw.
    function hold() {
      const part = mode() === 'move' && bench.part(bench.chosen);
      tool.setDrawingEnabled(mode() === 'draw');
      if (!part) { if (tool.getAnnotations().length) tool.clearAnnotations(); shown = ''; return; }
      const x = part.x / ratio, y = part.y / ratio, w = part.w / ratio, h = part.h / ratio;
      const bounds = {minX: x, minY: y, maxX: x + w, maxY: y + h};
      tool.setAnnotations([{
        id: part.id, bodies: [], target: {annotation: part.id, selector: {type: 'RECTANGLE', geometry: {x, y, w, h, rot: 0, bounds}}},
      }]);
      tool.setSelected(part.id, true);
      shown = JSON.stringify(part);
    }

    bench.views.push(() => {
      const part = bench.part(bench.chosen);
      if (held && held === bench.chosen) shown = JSON.stringify(part);
      else if (mode() === 'draw' || JSON.stringify(part) !== shown) hold();
    });
    hold();
  }

  // ---- Taps: two corners in Draw, a choice in Move ----

  stage.addEventListener('pointerdown', event => { down = event.isPrimary ? {x: event.clientX, y: event.clientY} : null; }, true);
  stage.addEventListener('pointercancel', () => { down = null; }, true);
  stage.addEventListener('pointerup', event => {
    const still = down && Math.hypot(event.clientX - down.x, event.clientY - down.y) < TAP;
    down = null;
    if (!still || !over.parentNode.contains(event.target)) return;
    const at = place(event);
    if (mode() === 'draw') tapCorner(at);
    else if (!event.target.closest('.a9s-handle, .a9s-edge-handle')) bench.choose(under(at));
  }, true);

  const within = (part, {x, y}, slack) =>
    x >= part.x - slack && x <= part.x + part.w + slack && y >= part.y - slack && y <= part.y + part.h + slack;

  // In Move a finger scrolls, but not from inside the open box: there it pulls the box, and the browser must not take it over.
  stage.addEventListener('touchstart', event => {
    const part = mode() === 'move' && event.touches.length === 1 && bench.part(bench.chosen);
    if (part && within(part, place(event.touches[0]), 14 * grain())) event.preventDefault();
  }, {passive: false});

  function tapCorner(at) {
    if (!corner) {
      corner = at;
      bench.say(bench.words.corner);
      bench.show();
      return;
    }
    const first = corner;
    corner = null;
    draw({x: Math.min(first.x, at.x), y: Math.min(first.y, at.y), w: Math.abs(at.x - first.x), h: Math.abs(at.y - first.y)});
    bench.show();
  }

  // The smallest box under a point; a few pixels beside it count, since a finger is thick.
  function under(at) {
    const hit = bench.parts.filter(part => within(part, at, 8 * grain()));
    hit.sort((a, b) => a.w * a.h - b.w * b.h);
    return hit.length ? hit[0].id : null;
  }

  // ---- How boxes look: two strokes, the label's digit; corner signs round the one that is open ----

  function element(name, attributes, parent, text = '') {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    parent.append(made);
    return made;
  }

  function paint() {
    const unit = grain(), tag = TAG * unit;
    over.replaceChildren();
    for (const {id, label, x, y, w, h} of bench.parts) {
      const group = element('g', {}, over), outline = `M${x} ${y}h${w}v${h}h${-w}z`;
      if (id === bench.chosen) {
        const arm = Math.min(ARM * unit, w / 2, h / 2), X = x + w, Y = y + h;
        const corners = `M${x} ${y + arm}V${y}h${arm}M${X - arm} ${y}H${X}v${arm}M${X} ${Y - arm}V${Y}h${-arm}M${x + arm} ${Y}H${x}v${-arm}`;
        element('path', {class: 'b-thin', d: outline}, group);
        element('path', {class: 'b-now', d: corners}, group);
        element('path', {class: 'b-now2', d: corners}, group);
      } else {
        element('path', {class: 'b-old', d: outline}, group);
        element('path', {class: 'b-in', d: outline}, group);
        // Over the box, or inside it where the picture ends.
        const top = y >= tag ? y - tag : y;
        element('path', {class: 'b-tag', d: `M${x} ${top}h${tag}v${tag}h${-tag}z`}, group);
        const digit = bench.digits(task.labels.indexOf(label) + 1), letter = {class: 'b-txt', y: top + tag * .74, 'font-size': tag * .68};
        element('text', {...letter, x: x + tag / 2}, group, digit);
        if (bench.saidOf(id)) {
          element('path', {class: 'b-said', d: `M${x + tag} ${top}h${tag}v${tag}h${-tag}z`}, group);
          element('text', {...letter, x: x + tag * 1.5}, group, '!');
        }
      }
    }
    if (corner) element('path', {class: 'b-now2', d: `M${corner.x - tag / 2} ${corner.y}h${tag}M${corner.x} ${corner.y - tag / 2}v${tag}`}, over);
    stage.classList.toggle('moving', mode() === 'move');
  }

  // ---- The list, with each box in numbers ----

  new Bench.List(bench, (part, row) => {
    row.querySelector('[data-detail]').textContent = bench.fill('size', {id: Number(part.id), w: Math.round(part.w), h: Math.round(part.h)});
    const sides = row.querySelector('[data-sides]'), open = part.id === bench.chosen;
    row.querySelector('[data-do=edit]').setAttribute('aria-expanded', String(open));
    sides.hidden = !open;
    for (const input of sides.querySelectorAll('input')) {
      if (input !== document.activeElement) input.value = part[input.dataset.side];
      if (input.onchange) continue;
      input.onchange = () => retype(part.id, input);
      // Enter takes the number; it does not send the answer.
      input.onkeydown = event => { if (event.key === 'Enter') { event.preventDefault(); retype(part.id, input); } };
    }
  });

  function retype(id, input) {
    const value = bench.number(input.value), part = bench.part(id);
    if (Number.isFinite(value) && value !== part[input.dataset.side]) {
      const typed = fitted({...part, [input.dataset.side]: value});
      if (typed.w >= 1 && typed.h >= 1) bench.alter(id, typed);
    }
    input.value = bench.part(id)[input.dataset.side];
  }

  // ---- Keys ----

  // A hundredth of the picture a step; the numbers in the list are exact.
  const step = () => Math.max(1, Math.round(Math.max(width, height) / 100));

  function nudge(right, lower) {
    return event => {
      const part = bench.part(bench.chosen);
      if (!part || event.target.matches('input[type=radio]')) return false;
      const by = step();
      const moved = event.shiftKey
        ? {...part, w: between(1, part.w + right * by, width - part.x), h: between(1, part.h + lower * by, height - part.y)}
        : {...part, x: between(0, part.x + right * by, width - part.w), y: between(0, part.y + lower * by, height - part.h)};
      bench.alter(part.id, fitted(moved), `keys ${part.id}`);
      return true;
    };
  }

  // Draw is for new boxes: the open one closes.
  function setMode(value) {
    modes.find(input => input.value === value).checked = true;
    corner = null;
    bench.choose(value === 'draw' ? null : bench.chosen);
  }

  Object.assign(bench.keys, {
    ArrowLeft: nudge(-1, 0), ArrowRight: nudge(1, 0), ArrowUp: nudge(0, -1), ArrowDown: nudge(0, 1),
    // A new box in the middle, a quarter of the picture wide and high.
    KeyN: () => draw({x: width * .375, y: height * .375, w: width / 4, h: height / 4}, {open: true}),
    KeyD: () => setMode('draw'),
    KeyM: () => setMode('move'),
    KeyZ: () => bench.undo(),
    Delete: () => bench.remove(bench.chosen),
    Backspace: () => bench.remove(bench.chosen),
    Escape: () => { corner = null; bench.choose(null); },
  });

  // ---- Labels: of the open box where one is open, else of the next one; the chips say which ----

  bench.label = at => {
    if (!labels[at]) return false;
    label(labels[at].value);
    return true;
  };

  function label(value) {
    const part = bench.part(bench.chosen);
    if (!part) { next = value; bench.show(); }
    else if (part.label !== value) bench.alter(part.id, {label: value});
    bench.say(value);
  }

  function chips() {
    const part = bench.part(bench.chosen), shown = part ? part.label : next, words = part ? bench.words.ofThis : wordsForNext;
    if (legend.textContent !== words) legend.textContent = words;
    for (const input of labels) input.checked = input.value === shown;
  }

  // ---- Zoom: by buttons round the middle of what is seen, by two fingers round what lies between them ----

  // What lay at the point `from` of the screen lies at `to` afterwards, as far as the picture can scroll.
  function zoomTo(size, from, to = () => from) {
    const before = pic.getBoundingClientRect(), across = (from.x - before.left) / before.width, deep = (from.y - before.top) / before.height;
    zoom = between(NEAR, size, FAR);
    pic.style.inlineSize = `${zoom * 100}%`;
    stage.classList.toggle('zoomed', zoom > 1);
    const after = pic.getBoundingClientRect(), goal = to();
    stage.scrollLeft += after.left + across * after.width - goal.x;
    stage.scrollTop += after.top + deep * after.height - goal.y;
    atEnds();
  }

  function atEnds() {
    for (const [button, , end] of zooming) button.setAttribute('aria-disabled', String(zoom === end));
  }

  function middle() {
    const {left, top} = stage.getBoundingClientRect();
    return {x: left + stage.clientWidth / 2, y: top + stage.clientHeight / 2};
  }

  const zooming = [
    [form.querySelector('[data-do=zoom-in]'), () => ZOOMS.find(size => size > zoom), FAR],
    [form.querySelector('[data-do=zoom-out]'), () => [...ZOOMS].reverse().find(size => size < zoom), NEAR],
  ];
  for (const [button, step] of zooming) {
    button.addEventListener('click', () => { if (step()) zoomTo(step(), middle(), middle); });
  }

  const fingers = ([one, other]) => ({
    x: (one.clientX + other.clientX) / 2, y: (one.clientY + other.clientY) / 2,
    apart: Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY),
  });

  // The second finger ends what the first one began to draw; until both are lifted, nothing is drawn or pulled.
  stage.addEventListener('pointerdown', event => {
    if (event.isPrimary || event.pointerType !== 'touch') return;
    event.stopPropagation();
    corner = null;
    tool.cancelDrawing();
  }, true);
  stage.addEventListener('pointermove', event => { if (pinch) event.stopPropagation(); }, true);
  stage.addEventListener('touchstart', event => {
    if (event.touches.length === 2) { event.preventDefault(); pinch = fingers(event.touches); }
  }, {passive: false, capture: true});
  stage.addEventListener('touchmove', event => {
    if (!pinch || event.touches.length !== 2) return;
    event.preventDefault();
    const from = pinch;
    pinch = fingers(event.touches);
    zoomTo(zoom * pinch.apart / from.apart, from, () => pinch);
  }, {passive: false});
  for (const lifted of ['touchend', 'touchcancel']) stage.addEventListener(lifted, event => { if (!event.touches.length) pinch = null; });

  // ---- Putting it together ----

  for (const input of modes) input.addEventListener('change', () => setMode(input.value));
  for (const input of labels) input.addEventListener('change', () => label(input.value));

  function open() {
    over = element('svg', {class: 'over', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true'}, pic);
    start();
    pic.append(over);
    bench.views.push(paint, chips);
    atEnds();
    new ResizeObserver(paint).observe(pic);
    form.querySelector('[data-plain]').remove();
    bench.start();
  }
  if (image.complete && image.naturalWidth) open();
  else image.addEventListener('load', open, {once: true});
})();
