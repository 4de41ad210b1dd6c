// Beside an address: copy it, or hand it to another app. Both buttons are hidden until somebody can answer them.
(() => {
  const doc = document;

  for (const button of doc.querySelectorAll('[data-copy]')) {
    const field = doc.getElementById(button.dataset.copy), told = doc.getElementById(button.dataset.told);
    button.hidden = false;
    button.addEventListener('click', async () => {
      try { await navigator.clipboard.writeText(field.value); }  // there is one only over https and on this machine
      catch { field.select(); if (!doc.execCommand('copy')) return; }
      told.textContent = button.dataset.done;
    });
  }

  for (const button of doc.querySelectorAll('[data-share]')) {
    if (!navigator.share) continue;
    const field = doc.getElementById(button.dataset.share);
    button.hidden = false;
    button.addEventListener('click', () => navigator.share({url: field.value}).catch(() => {}));
  }
})();
