// A photo is made smaller before it waits on the phone or goes: at most 1600 pixels a side, upright, without the place and the device that
// a camera writes into it. The server makes every picture anew; this saves her the megabytes. Without this file it goes as it is.
// Words and limits ride on data-* of the field: <input type="file" data-photo>.
(() => {
  const doc = document, SIDE = 1600, QUALITY = .82;
  const make = (tag, className, text = '') => Object.assign(doc.createElement(tag), {className, textContent: text});

  // A browser that guards against fingerprints gives noise for a drawing: then nothing is redrawn.
  const honest = () => {
    const pen = Object.assign(doc.createElement('canvas'), {width: 1, height: 1}).getContext('2d');
    pen.fillStyle = '#285078';
    pen.fillRect(0, 0, 1, 1);
    return [40, 80, 120, 255].every((shade, place) => Math.abs(pen.getImageData(0, 0, 1, 1).data[place] - shade) < 3);
  };

  const smaller = async file => {
    const url = URL.createObjectURL(file), picture = new Image();
    try {
      picture.src = url;
      await picture.decode();                          // and turned upright, as the camera says
      const part = Math.min(1, SIDE / Math.max(picture.naturalWidth, picture.naturalHeight)), clear = file.type !== 'image/jpeg';
      const [width, height] = [picture.naturalWidth, picture.naturalHeight].map(side => Math.max(1, Math.round(side * part)));
      const canvas = Object.assign(doc.createElement('canvas'), {width, height});
      canvas.getContext('2d').drawImage(picture, 0, 0, width, height);
      const made = await new Promise(ok => canvas.toBlob(ok, clear ? 'image/webp' : 'image/jpeg', QUALITY));
      const ending = made.type.split('/')[1].replace('jpeg', 'jpg');
      return new File([made], `${file.name.replace(/\.\w+$/, '')}.${ending}`, {type: made.type});
    } finally { URL.revokeObjectURL(url); }
  };

  const watch = input => {
    const words = input.dataset, form = input.form, told = make('div', '');
    const digits = number => String(number).replace(/\d/g, digit => words.digits[digit]);
    const size = bytes => bytes < 1e6 ? words.kb.replace('{n}', digits(Math.ceil(bytes / 1000))) : words.mb.replace('{n}', digits(Math.ceil(bytes / 1e6)));
    told.setAttribute('role', 'status');
    input.after(told);

    // What is wrong with a file, and the file as it goes.
    const judged = async file => {
      const photo = /^image\/(?!svg)/.test(file.type);
      if (!photo && words.photo === 'only') return [words.none];
      const made = photo ? await smaller(file).catch(() => null) : file;
      if (!made) return [words.broken];
      return made.size > words.limit ? [words.big.replace('{size}', size(made.size))] : ['', made];
    };
    // Chosen again while the one before is still made smaller: what was chosen last counts.
    let rounds = 0;
    const look = async () => {
      const round = rounds += 1;
      const chosen = [...input.files], good = [], lines = [];
      told.replaceChildren(make('p', 'after', chosen.length ? words.wait : ''));
      for (const file of chosen) {
        const [wrong, made] = await judged(file), line = make('p', wrong ? 'note bad after' : 'after'), name = make('bdi', '', (made || file).name);
        line.append(name, ': ', wrong || (made.size < file.size ? words.was.replace('{size}', size(made.size)).replace('{before}', size(file.size)) : size(made.size)));
        if (made) good.push(made);
        lines.push(line);
      }
      if (round !== rounds) return form.looking;
      const box = new DataTransfer();
      for (const file of good) box.items.add(file);
      input.files = box.files;
      told.replaceChildren(...lines);
      return good.length === chosen.length;
    };
    input.addEventListener('change', () => {
      const looking = form.looking = look().catch(() => true).finally(() => { if (form.looking === looking) form.looking = null; });
    });
  };

  // Sent while a photo is still made smaller: it goes when that is done, and stays where something is wrong.
  doc.addEventListener('submit', event => {
    const form = event.target, button = event.submitter || form.querySelector('button:not([type=button])');
    if (!form.looking) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.looking.then(good => good && button.click());
  }, true);

  if (self.DataTransfer && Image.prototype.decode && honest()) for (const input of doc.querySelectorAll('input[data-photo]')) watch(input);
})();
